import { describe, expect, it } from 'vitest';
import { shortfalls, type Bar } from '../../../lab/probes/bar.ts';
import { inWords } from '../../../lab/probes/in-words.ts';
import { parseLines, type Line } from '../../../lab/probes/lines.ts';
import { reportOf, type Evidence } from '../../../lab/probes/report.ts';
import { at, changed, objectOf, quiet } from './made-up.ts';

const BAR: Bar = {
  gap: 1000,
  failedAfterRetry: 0,
  keptGap: 1000,
  keptFailedAfterRetry: 0,
  watchSilence: 1000,
  noTrafficAfter: 3000,
  everyMaster: true,
  podGap: 1000,
  droppedStreams: 0,
};

const found = (evidence: Evidence) => shortfalls(reportOf(evidence), BAR);
const fault = (node: string, seconds: number) => ({
  at: at(seconds),
  kind: 'fault' as const,
  label: `${node} dies`,
  nodes: [node],
});
const between = (line: Line, from: number, to: number) => line.t >= at(from) && line.t < at(to);

it('a quiet cluster meets every bar', () => {
  expect(found(quiet())).toEqual([]);
  const { whole, writes } = reportOf(quiet());
  expect(whole.others.read).toEqual({
    requests: 800,
    failed: 0,
    failedAfterRetry: 0,
    longestGap: 100,
    longestGapOfStarts: 100,
    longestPause: 100,
    slowest: 20,
    longestWait: 20,
    failures: {},
  });
  expect(writes).toEqual({ acknowledged: 800, lost: [], reordered: [], untold: 0 });
});

describe('falls short of the bar', () => {
  it.each(['read', 'write', 'kept'] as const)('a gap in %s of one node, though nothing failed', (series) => {
    const gap = changed(quiet(), (line) =>
      line.node === 'worker-1' && line.series === series && between(line, 5, 6.5) ? [] : [line],
    );
    const short = found(gap);
    expect(short).toContainEqual(expect.stringMatching(/longest gap: 1600 ms, more than 1000 ms/));
    expect(reportOf(gap).whole.nodes.map((node) => node[series].longestGap)).toEqual([100, 100, 100, 1600]);
  });

  it('requests that hang: the gap ends with the end of the first that succeeds', () => {
    const hung = changed(quiet(), (line) =>
      line.series === 'read' && between(line, 5, 6.5) ? [{ ...line, ms: at(6.6) - line.t }] : [line],
    );
    expect(found(hung)).toEqual(['read: longest gap: 1600 ms, more than 1000 ms']);
    // By their starts nothing is missing: somebody who waits gets an answer.
    expect(reportOf(hung).whole.others.read.longestGapOfStarts).toBe(100);
  });

  it.each([
    ['is answered late', 'ok'],
    ['never is', 'timeout'],
  ])('a single request that waits, though others are answered meanwhile: it %s', (_how, outcome) => {
    const waits = (from: number) =>
      changed(quiet(), (line) =>
        line.series === 'read' && line.node === 'worker-1' && line.t === at(from)
          ? [{ ...line, ms: 1800, outcome }]
          : [line],
      );
    const bar: Bar = { wait: 1500 };
    expect(shortfalls(reportOf(waits(5)), bar)).toEqual(['read: longest wait: 1800 ms, more than 1500 ms']);
    // It was under way when the fault came about.
    expect(shortfalls(reportOf(waits(0.4)), bar)).toEqual([]);
  });

  it('a request that fails twice; one that fails once does not', () => {
    const failing = (times: number) =>
      changed(quiet(), (line) =>
        line.node === 'worker-1' && line.series === 'write' && line.n === 70
          ? [
              { ...line, outcome: 'timeout' },
              { ...line, attempt: 2, t: line.t + 20, outcome: times === 2 ? 'http-503' : 'ok' },
            ]
          : [line],
      );
    expect(found(failing(1))).toEqual([]);
    expect(reportOf(failing(1)).whole.others.write).toMatchObject({ failed: 1, failedAfterRetry: 0 });
    expect(found(failing(2))).toEqual(['write: failed after a retry: 1, more than 0']);
    expect(reportOf(failing(2)).whole.others.write.failures).toEqual({ timeout: 1, 'http-503': 1 });
  });

  it.each(['read', 'kept'] as const)('an acknowledged write that a later %s does not see', (series) => {
    const lost = changed(quiet(), (line) =>
      line.node === 'master-2' && line.series === series && line.n === 80 ? [{ ...line, value: 77 }] : [line],
    );
    expect(found(lost)).toEqual(['acknowledged writes that were lost: 1, more than 0']);
    expect(reportOf(lost).writes.lost).toEqual([
      { node: 'master-2', object: objectOf('master-2'), certain: 79, seen: 77, by: series, at: at(7.9) },
    ]);
  });

  it('an acknowledged write that is not there at last, and an object that is gone', () => {
    const { final, ...rest } = quiet();
    const numbers: Record<string, number> = { ...final?.numbers, [objectOf('worker-1')]: 199 };
    expect(found({ ...rest, final: { at: at(20), numbers } })).toEqual([
      'acknowledged writes that were lost: 1, more than 0',
    ]);
    const { [objectOf('worker-1')]: _, ...gone } = numbers;
    expect(reportOf({ ...rest, final: { at: at(20), numbers: gone } }).writes.lost).toMatchObject([
      { certain: 200, seen: 0 },
    ]);
    // What was acknowledged after it was asked for need not be there.
    expect(
      found({
        ...rest,
        final: { at: at(19.9), numbers: { ...final?.numbers, [objectOf('worker-1')]: 199 } },
      }),
    ).toEqual([]);
  });

  it('a number that goes back for a watch, or from one read to a later one', () => {
    const back = changed(quiet(), (line) =>
      line.node === 'worker-1' && line.series === 'watch' && line.value === 90
        ? [line, { ...line, t: line.t + 1, value: 88 }]
        : [line],
    );
    expect(found(back)).toEqual(['numbers that went back: 1, more than 0']);
    // Not acknowledged, but seen: whoever asks later must see it.
    const unacknowledged = changed(quiet(), (line) => {
      if (line.node !== 'worker-1') return [line];
      if (line.series === 'write' && (line.n ?? 0) >= 50) return [{ ...line, outcome: 'timeout' }];
      return line.series === 'read' && line.n === 60 ? [{ ...line, value: 49 }] : [line];
    });
    expect(reportOf(unacknowledged).writes).toMatchObject({
      lost: [],
      reordered: [{ certain: 59, seen: 49, by: 'read' }],
    });
  });

  it('a watch that passes over an acknowledged number in silence, unless it had to begin anew', () => {
    const silent = (listed: boolean) =>
      changed(quiet(), (line) => {
        if (line.node !== 'worker-1' || line.series !== 'watch' || line.value !== 90) return [line];
        return listed ? [{ t: line.t, node: line.node, series: 'watch', event: 'listed', ms: 5 }] : [];
      });
    expect(found(silent(false))).toEqual(['acknowledged writes that a watch never told of: 1, more than 0']);
    expect(found(silent(true))).toEqual([]);
  });

  it('a watch that is silent, and one that tells late', () => {
    const silent = changed(quiet(), (line) =>
      line.series === 'watch' && line.node === 'master-3' && between(line, 4, 15)
        ? [{ ...line, t: at(15) + (line.value ?? 0) / 1000, ms: at(15) - line.t }]
        : [line],
    );
    expect(found(silent)).toHaveLength(1);
    expect(found(silent)[0]).toMatch(/^watch: longest silence: 110\d\d ms/);
    expect(reportOf(silent).whole.others.watch.latest).toBeGreaterThan(10_000);
  });

  it('a master that is left out', () => {
    const leftOut = changed(quiet(), (line) => (line.master === 'a2' ? [{ ...line, master: 'a3' }] : [line]));
    expect(found(leftOut)).toEqual(['master-2: it answered nobody']);
  });

  it('a master under fault that still gets traffic when it should have none', () => {
    const dies = { ...quiet(), marks: [fault('master-2', 10)] };
    const report = reportOf(dies);
    const after = report.windows.find(({ label }) => label === 'master-2 dies');
    expect(shortfalls(report, BAR, after)).toEqual(['master-2: last reached: 9900 ms, more than 3000 ms']);
    const left = reportOf(
      changed(dies, (line) =>
        line.master === 'a2' && line.t > at(12.9) ? [{ ...line, master: 'a1' }] : [line],
      ),
    );
    expect(shortfalls(left, BAR)).toEqual([]);
    expect(left.whole.masters[1]).toMatchObject({ name: 'master-2', lastReached: 2700 });
    expect(shortfalls(left, BAR, left.windows[1])).toEqual([]);
  });

  it('a gap of a Service', () => {
    const gap = changed(quiet(), (line) =>
      line.series === 'service' && line.node === 'worker-1' && between(line, 3, 5)
        ? [{ ...line, outcome: 'timeout' }]
        : [line],
    );
    expect(shortfalls(reportOf(gap), { serviceGap: 2500 })).toEqual([]);
    expect(shortfalls(reportOf(gap), { serviceGap: 2000 })).toEqual([
      expect.stringMatching(/^Service: longest gap: 2\d00 ms, more than 2000 ms$/),
    ]);
  });

  it('a gap between pods, and a long connection that dropped', () => {
    const gap = changed(quiet(), (line) =>
      line.series === 'pod' && line.node === 'master-1' && line.to === 'worker-1' && between(line, 3, 5)
        ? [{ ...line, outcome: 'timeout' }]
        : [line],
    );
    expect(found(gap)).toEqual(['pod to pod: longest gap: 2100 ms, more than 1000 ms']);
    const dropped: Line = {
      t: at(5),
      node: 'master-1',
      series: 'stream',
      to: 'worker-1',
      event: 'dropped',
      ms: 5000,
      outcome: 'reset',
    };
    const evidence = quiet();
    expect(found({ ...evidence, lines: [...evidence.lines, dropped] })).toEqual([
      'long connections that dropped: 1, more than 0',
    ]);
  });

  it('a connection that is kept and breaks, of requests and of a watch', () => {
    const evidence = changed(quiet(), (line) =>
      line.node === 'worker-1' && line.series === 'kept' && line.n === 50
        ? [{ ...line, outcome: 'eof' }]
        : [line],
    );
    const ended: Line = {
      t: at(5.01),
      node: 'worker-1',
      series: 'watch',
      event: 'ended',
      ms: 0,
      outcome: 'eof',
    };
    const report = reportOf({ ...evidence, lines: [...evidence.lines, ended] });
    expect(shortfalls(report, { keptFailed: 0, brokenWatches: 0 })).toEqual([
      'read on a kept connection: failed: 1, more than 0',
      'watches that broke off: 1, more than 0',
    ]);
    expect(shortfalls(report, { keptFailed: 1, brokenWatches: 1 })).toEqual([]);
  });

  it('a probe that did not look', () => {
    const blind = changed(quiet(), (line) => (line.node === 'worker-1' ? [] : [line]));
    expect(shortfalls(reportOf(blind), {})).toEqual(['worker-1: nothing was asked']);
    for (const series of ['kept', 'service']) {
      const half = changed(quiet(), (line) =>
        line.node === 'worker-1' && line.series === series ? [] : [line],
      );
      expect(shortfalls(reportOf(half), {})).toEqual(['worker-1: nothing was asked']);
    }
    const deaf = changed(quiet(), (line) =>
      line.node === 'worker-1' && line.series === 'watch' ? [] : [line],
    );
    expect(shortfalls(reportOf(deaf), { brokenWatches: 0 })).toContain('worker-1: its watch told nothing');
    const all = { ...fault('master-1', 0), nodes: quiet().nodes };
    const nobody = reportOf({ ...quiet(), marks: [all] });
    expect(shortfalls(nobody, { gap: 1000 })).toEqual(['no node was there to look']);
    // Where every node lost its power, nothing is owed but what was written.
    expect(shortfalls(nobody, {})).toEqual([]);
  });
});

it('a request that was under way when the fault began, and failed, is one of those that failed since', () => {
  const evidence = changed(quiet(), (line) =>
    line.node === 'worker-1' && line.series === 'read' && line.n === 100
      ? [{ ...line, ms: 9000, outcome: 'timeout' }]
      : [line],
  );
  const { windows } = reportOf({ ...evidence, marks: [fault('master-2', 9.95)] });
  expect(windows.map(({ others }) => others.read.failed)).toEqual([0, 1]);
});

describe('nodes under fault', () => {
  const dead = (kind: 'fault' | 'healed' | 'recovered') => ({
    ...changed(quiet(), (line) =>
      (line.node === 'master-1' || line.to === 'master-1') && between(line, 5, 12)
        ? [{ ...line, outcome: 'timeout' }]
        : [line],
    ),
    marks: [fault('master-1', 5), { ...fault('master-1', 12), kind, label: 'it is back' }],
  });

  it('are told apart from others, and what is asked of their pods as well', () => {
    const report = reportOf(dead('healed'));
    expect(report.whole.others.read).toMatchObject({ requests: 650, failed: 0 });
    expect(report.whole.others.pods.failed).toBe(0);
    const [first, second] = report.whole.nodes;
    expect(first).toMatchObject({ name: 'master-1', underFault: true });
    expect(first?.read.failed).toBe(70);
    expect(second?.towardsFault.pods.failed).toBe(70);
  });

  it('are among all others in the whole as well, but for the time of their fault', () => {
    const { whole, windows } = reportOf(dead('recovered'));
    const parts = (key: 'read' | 'pods') =>
      windows.reduce((total, { others }) => total + others[key].requests, 0);
    expect(whole.others.read).toMatchObject({ requests: parts('read'), failed: 0, longestGap: 100 });
    expect(whole.others.pods).toMatchObject({ requests: parts('pods'), failed: 0 });
    // What was under way when the fault began is of the fault.
    const cut = changed(dead('recovered'), (line) =>
      line.node === 'master-1' && line.series === 'read' && line.n === 50
        ? [{ ...line, ms: 9000, outcome: 'timeout' }]
        : [line],
    );
    expect(reportOf(cut).whole.others.read).toMatchObject({ failed: 0, longestWait: 20 });
    // What fails once they have recovered is everybody's.
    const failing = changed(dead('recovered'), (line) =>
      line.node === 'master-1' && line.series === 'write' && between(line, 15, 15.5)
        ? [{ ...line, outcome: 'http-403' }]
        : [line],
    );
    expect(reportOf(failing).whole.others.write.failed).toBe(5);
  });

  it('are asked while their fault is in force, which is not until they have recovered', () => {
    const { whole, windows } = reportOf(dead('healed'));
    expect(windows.map(({ masters: [first] }) => [first?.faultSince, first?.lastReached])).toEqual([
      [null, null],
      [at(5), 6700],
      [null, null],
    ]);
    expect(whole.masters[0]).toMatchObject({ faultSince: at(5), lastReached: 6700 });
  });

  it('count from their fault until they have recovered', () => {
    const underFault = (kind: 'healed' | 'recovered') =>
      reportOf(dead(kind)).windows.map(({ label, nodes }) => [label, nodes[0]?.underFault]);
    expect(underFault('healed')).toEqual([
      ['before', false],
      ['master-1 dies', true],
      ['it is back', true],
    ]);
    expect(underFault('recovered').at(-1)).toEqual(['it is back', false]);
  });
});

it('a connection between pods that never goes on is silent to the end', () => {
  const evidence = quiet();
  const stalling: Line = {
    t: at(15),
    node: 'master-1',
    series: 'stream',
    to: 'worker-1',
    event: 'stalling',
    ms: 0,
  };
  const lines = [...evidence.lines, stalling];
  expect(reportOf({ ...evidence, lines }).whole.others.streams.longestStall).toBe(5000);
  const stalled: Line = { ...stalling, event: 'stalled', ms: 1700 };
  expect(reportOf({ ...evidence, lines: [...lines, stalled] }).whole.others.streams.longestStall).toBe(1700);
});

it('lines that a cut of power left unfinished are counted, not believed', () => {
  const text =
    '{"t":5,"node":"a","series":"read","ms":1}\n{"t":6,"no\n{"t":7,"node":"a","series":"read","ms":1}\n';
  expect(parseLines(text, 6)).toEqual({
    lines: [{ t: 7, node: 'a', series: 'read', ms: 1 }],
    unreadable: 1,
  });
});

it('says in words what a user would have noticed', () => {
  const text = inWords(
    reportOf({
      ...changed(quiet(), (line) =>
        line.node === 'worker-1' && line.series === 'read' && between(line, 5, 6)
          ? [
              { ...line, outcome: 'refused' },
              { ...line, t: line.t + 20, attempt: 2, outcome: line.n === 51 ? 'timeout' : 'ok' },
            ]
          : [line],
      ),
      marks: [fault('master-2', 5)],
    }),
  );
  expect(text).toContain('Under fault at times: master-2. What nodes saw while they were not:');
  expect(text).toContain('Under fault: master-2. All others saw:');
  expect(text).toContain(
    'Reads: 10 of 650 failed, 1 after one retry as well (refused 10, timeout 1); the longest time without an answer was 0.22 s.',
  );
  expect(text).toContain('Writes: none of 650 failed');
  expect(text).toContain('No acknowledged write was lost, of 800 acknowledged writes.');
  expect(text).toMatch(/^master-2 \(under fault\) +0\.10 s/m);
});
