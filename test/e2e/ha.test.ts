import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bar } from '../../lab/probes/bar.ts';
import { inWords } from '../../lab/probes/in-words.ts';
import { startProbes, type Probes } from '../../lab/probes/probes.ts';
import { drills } from '../ha/drills.ts';
import { haCluster, type HaCluster } from '../ha/ha-cluster.ts';
import { TASKS_OF_UP, upAgain, upKilled } from '../ha/killed-run.ts';
import { randomFrom } from '../ha/random.ts';
import { rehearse } from '../ha/rehearse.ts';
import { removeLabNamed } from './lab-cluster.ts';
import { playbook } from './use-tests.ts';

const LAB = 'e2eha';
const SEED = 'short form';
const THIRD = TASKS_OF_UP / 3;

/**
 * The faults of `make ha` that are tried each time. Nobody may notice more of them than this, whatever the machine; times are many times what a
 * quiet one has.
 */
const SHORT: Readonly<Record<string, Bar>> = {
  'a master’s host stops': { gap: 10_000, failedAfterRetry: 0, watchSilence: 30_000, droppedStreams: 0 },
  'a master is cut off without RST': {
    gap: 10_000,
    failedAfterRetry: 0,
    watchSilence: 30_000,
    droppedStreams: 0,
  },
  'etcd’s leader dies': { gap: 15_000, watchSilence: 30_000, droppedStreams: 0 },
};

describe('a cluster of level 3 under faults', () => {
  let cluster: HaCluster;

  beforeAll(async () => {
    cluster = await haCluster(LAB, 3);
  });
  afterAll(() => removeLabNamed(LAB));

  const random = randomFrom(SEED);
  it.each([0, 1, 2].map((third) => Math.ceil((third + random()) * THIRD)))(
    'is on its way when the operator’s machine dies after %i tasks',
    async (tasks) => {
      const { after, all } = await upKilled(cluster, tasks, random() * 1000);
      expect(after, all).toBeDefined();
    },
  );

  it('comes up all the same, and the next run changes nothing', async () => {
    const ended = await upAgain(cluster);
    expect(ended.exitCode, ended.all).toBe(0);
    const { changed } = await playbook(cluster, 'site.yml');
    expect(Object.keys(changed)).toHaveLength(5);
    expect(Object.values(changed).every((count) => count === 0)).toBe(true);
  });

  describe('while probes ask from every node, ten times a second', () => {
    let probes: Probes;
    beforeAll(async () => {
      probes = await startProbes(cluster);
    });
    afterAll(() => probes.stop());

    it.each(Object.entries(SHORT))('goes on when %s', async (name, bar) => {
      const drill = drills.find((one) => one.name === name);
      if (drill === undefined) throw new Error(`no drill: ${name}`);
      const { report, shortfalls } = await rehearse(cluster, probes, drill, randomFrom(name), bar);
      expect(shortfalls, inWords(report)).toEqual([]);
    });
  });
});
