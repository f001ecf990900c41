import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reportOf } from '../../lab/probes/report.ts';
import { at, changed, quiet } from '../lab/probes/made-up.ts';
import { ROOT } from '../render/scenarios.ts';
import { figuresOf } from './figures.ts';
import type { Rehearsal } from './rehearse.ts';
import { formattedPage, page, unmet } from './report.ts';
import { COMPARED } from './suite.ts';
import { readResults, type OfCommit, type Results } from './results.ts';

/** A run in which no read on worker-1 was answered for so many milliseconds. */
function rehearsal(
  gap: number,
  shortfalls: readonly string[] = [],
  healedAfter?: number,
): Rehearsal & OfCommit {
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
    harm: [],
    commit: 'abc1234',
    ...(healedAfter === undefined ? {} : { healedAfter }),
  };
}

const results: Results = {
  seed: '7',
  machine: '2 × a processor',
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
    'level 3': {
      killedAfter: ['[provision] a', '[etcd] etcd : Run etcd: 3 changed (1.0 s)', '[etcd] b'],
      sshBroken: [
        { host: 'master-1', after: '[etcd] b', sessions: 1, failed: true },
        { host: 'master-2', after: '[etcd] b', sessions: 1, failed: false },
      ],
      shortfalls: [],
      commit: 'abc1234',
    },
  },
};

it('gives the median and the worst of a fault’s runs, how many met the bar, and why others did not', () => {
  const text = page(results);
  expect(text).toMatch(
    /^\| a master’s host stops \| 3 \| abc1234 \| 2 of 3 \| 20 s, 20 s \| 0\.50 s, 2\.10 s \|.* \| 13 s, never \|$/m,
  );
  expect(text).toContain(
    '- level 3, a master’s host stops/3 (master-1): read: longest gap: 2100 ms, more than 1000 ms',
  );
  expect(text).not.toContain('## Level 4');
});

it('begins with a line for each fault', () => {
  const text = page(results);
  expect(text).toContain('1 of 1 faults are met, counted for each level. In 3 rehearsals no acknowledged\n');
  expect(text).toMatch(/^\| a master’s host stops \| 2 of 3: 0\.50 s, 2\.10 s \| {2}\|$/m);
  expect(text).toMatch(/^\| etcd’s leader dies \| not rehearsed \| not rehearsed \|$/m);
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

it('takes no fault for met of which a single run did harm', () => {
  const harm = ['acknowledged writes that were lost: 1, more than 0'];
  const runs = [{ ...rehearsal(300, harm), harm }, rehearsal(300), rehearsal(300)];
  const rehearsals = {
    'level 4': Object.fromEntries(runs.map((run, index) => [`${run.drill}/${index + 1}`, run])),
  };
  expect(unmet({ ...results, rehearsals })).toEqual(['- level 4: a master’s host stops (kept to by 2 of 3)']);
});

it('says how requests failed where nothing could be written', () => {
  const run = rehearsal(2100);
  const of = (drill: string) => ({ 'level 3': { [`${drill}/1`]: { ...run, drill } } });
  const silent = 'a majority of the stacked etcd stops';
  expect(page({ ...results, rehearsals: of(silent) })).toMatch(
    /^- level 3, .*stops: writes none; reads \d+ timeout$/m,
  );
  expect(page({ ...results, rehearsals: of('an API server dies') })).not.toContain('## How requests failed');
});

it('has no figures of others where all nodes were under fault', () => {
  const run = rehearsal(300, [], 40_000);
  const all = { ...run, ...(run.during === undefined ? {} : { during: { ...run.during, looked: false } }) };
  const text = page({ ...results, rehearsals: { 'level 4': { 'a master’s host stops/1': all } } });
  expect(text).toMatch(/\| 1 of 1 \| 20 s \|( – \|){8} 0 \| 40 s \|$/m);
});

it('sets load balancers beside each other, fault by fault', () => {
  const rows = page(results)
    .split('\n')
    .filter((line) => line.startsWith('| a master’s host stops | kubehaus'));
  expect(rows).toEqual([
    expect.stringContaining('| kubehaus: nginx and master-gate | 1 | abc1234 | 0.30 s |'),
    expect.stringContaining('| kubehaus without master-gate | 1 | abc1234 | 4.00 s |'),
  ]);
});

it('says in which phases runs of kubehaus were killed, and how those ended whose SSH broke', () => {
  expect(page(results)).toContain('3 times while the cluster came up');
  expect(page(results)).toContain('(by phases: provision 1, etcd 2)');
  expect(page(results)).toContain(
    'In 2 other runs the SSH sessions of a host broke: 1 of them failed, and named that host, the rest got over it.',
  );
});

it('does not take a watch for silent that has nothing to tell', () => {
  const silent = rehearsal(300);
  const during = silent.during;
  if (during === undefined) throw new Error('it has no figures');
  const run = { ...silent, during: { ...during, watch: { ...during.watch, longestSilence: 40_000 } } };
  const of = (drill: string) => ({ 'level 3': { [`${drill}/1`]: { ...run, drill } } });
  expect(page({ ...results, rehearsals: of('etcd’s database is full') })).not.toContain('40.0 s');
  expect(page({ ...results, rehearsals: of('a master’s host stops') })).toContain('| 40.0 s |');
});

it('knows of no lost writes where a run failed itself', () => {
  const failed = {
    drill: 'etcd’s leader dies',
    nodes: [],
    shortfalls: ['it failed'],
    harm: ['it failed'],
    commit: 'abc1234',
  };
  const text = page({ ...results, rehearsals: { 'level 3': { 'etcd’s leader dies/1': failed } } });
  expect(text).toMatch(/^\| etcd’s leader dies \| 1 \| abc1234 \| 0 of 1 \|( – \|){10} never \|$/m);
});

it('says of which commits the figures are', () => {
  expect(page(results)).toContain('of abc1234 with the seed');
  const later = { ...rehearsal(300), commit: 'def5678' };
  const rehearsals = { ...results.rehearsals, 'level 4': { 'a master’s host stops/1': later } };
  expect(page({ ...results, rehearsals })).toContain('of abc1234 and def5678, each fault as the tables say,');
});

it('is what docs/ha.md is, made of docs/ha.json', async () => {
  const measured = await readResults(join(ROOT, 'docs/ha.json'));
  if (measured === undefined) throw new Error('docs/ha.json is missing');
  expect(await readFile(join(ROOT, 'docs/ha.md'), 'utf8')).toBe(await formattedPage(measured));
});

it('says what is still to come', () => {
  const text = page(results);
  expect(text).toContain('- level 3: 87 of 90 rehearsals (a master’s host stops 2, ');
  expect(text).toContain('- kubehaus without master-gate: 11 of 12 rehearsals');
  const done = Object.fromEntries(
    COMPARED.flatMap((drill) => [1, 2, 3].map((run) => [`${drill}/${run}`, { ...rehearsal(300), drill }])),
  );
  expect(page({ ...results, rehearsals: { 'kubehaus without master-gate': done } })).not.toContain(
    '- kubehaus without master-gate',
  );
  expect(text).not.toContain('- runs of kubehaus');
});
