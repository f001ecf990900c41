import { expect, it } from 'vitest';
import { reportOf } from '../../lab/probes/report.ts';
import { at, changed, quiet } from '../lab/probes/made-up.ts';
import { figuresOf } from './figures.ts';
import type { Rehearsal } from './rehearse.ts';
import { page } from './report.ts';
import type { Results } from './results.ts';

/** A run in which no read on worker-1 was answered for so many milliseconds. */
function rehearsal(gap: number, shortfalls: readonly string[] = [], healedAfter?: number): Rehearsal {
  const evidence = changed(quiet(), (line) =>
    line.series === 'read' && line.node === 'worker-1' && line.t >= at(5) && line.t < at(5) + gap - 100
      ? [{ ...line, outcome: 'timeout' }]
      : [line],
  );
  return {
    drill: 'a master’s host stops',
    nodes: ['master-1'],
    during: figuresOf(reportOf(evidence).whole),
    lostWrites: 0,
    shortfalls,
    ...(healedAfter === undefined ? {} : { healedAfter }),
  };
}

const results: Results = {
  seed: '7',
  machine: '2 × a processor',
  commit: 'abc1234',
  rehearsals: {
    'level 3': {
      'a master’s host stops/1': rehearsal(300, [], 12_000),
      'a master’s host stops/2': rehearsal(500, [], 13_000),
      'a master’s host stops/3': rehearsal(2100, ['read: longest gap: 2100 ms, more than 1000 ms']),
    },
    'kubehaus: nginx and master-gate': { 'a master’s host stops/1': rehearsal(300) },
    'kubehaus without master-gate': { 'a master’s host stops/1': rehearsal(4000) },
  },
  interruptions: {
    'level 3': { killedAfter: ['[etcd] Run etcd: 3 changed (1.0 s)'], sshBroken: [], shortfalls: [] },
  },
};

it('gives the median and the worst of a fault’s runs, how many met the bar, and why others did not', () => {
  const text = page(results);
  expect(text).toMatch(
    /^\| a master’s host stops \| gap ≤ 1 s, 3 s; none fails twice; .*; whole ≤ 60 s \| 3 \| 2 of 3 \| 0\.50 s, 2\.10 s \|.* \| 13\.00 s, never \|$/m,
  );
  expect(text).toContain(
    '- level 3, a master’s host stops/3 (master-1): read: longest gap: 2100 ms, more than 1000 ms',
  );
  expect(text).not.toContain('## Level 4');
});

it('says of which faults most runs fell short', () => {
  expect(page(results)).not.toContain('## Faults that are not met');
  const runs = [rehearsal(2100, ['too long']), rehearsal(300), rehearsal(2200, ['too long'])];
  const text = page({
    ...results,
    rehearsals: {
      'level 4': Object.fromEntries(runs.map((run, index) => [`${run.drill}/${index + 1}`, run])),
    },
  });
  expect(text).toMatch(
    /^## Faults that are not met\n\n- level 4: a master’s host stops \(kept to by 1 of 3\)$/m,
  );
});

it('has no figures of others where all nodes were under fault', () => {
  const run = rehearsal(300, [], 40_000);
  const all = { ...run, ...(run.during === undefined ? {} : { during: { ...run.during, looked: false } }) };
  const text = page({ ...results, rehearsals: { 'level 4': { 'a master’s host stops/1': all } } });
  expect(text).toMatch(/\| 1 of 1 \| – \| – \| – \| – \| – \| 0 \| 40\.00 s, 40\.00 s \|$/m);
});

it('sets load balancers beside each other, fault by fault', () => {
  const rows = page(results)
    .split('\n')
    .filter((line) => line.startsWith('| a master’s host stops | kubehaus'));
  expect(rows).toEqual([
    expect.stringContaining('| kubehaus: nginx and master-gate | 1 | 0.30 s, 0.30 s |'),
    expect.stringContaining('| kubehaus without master-gate | 1 | 4.00 s, 4.00 s |'),
  ]);
});

it('names the tasks after which runs of kubehaus were killed', () => {
  expect(page(results)).toContain('- `[etcd] Run etcd: 3 changed (1.0 s)`');
});

it('says what is still to come', () => {
  const text = page(results);
  expect(text).toContain('- level 4: etcd’s leader dies (0 of 5)');
  expect(text).toContain('- level 3: a master’s host stops (3 of 5)');
  expect(text).toContain('- kubehaus without master-gate: a master’s host stops (1 of 3)');
  const done = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [String(index), rehearsal(300)]));
  expect(page({ ...results, rehearsals: { 'level 3': done } })).not.toContain(
    '- level 3: a master’s host stops',
  );
  expect(text).not.toContain('- runs of kubehaus');
});
