import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostNamed } from '../../lab/faults/host-named.ts';
import { stop } from '../../lab/faults/processes.ts';
import { shortfalls, type Bar } from '../../lab/probes/bar.ts';
import { inWords } from '../../lab/probes/in-words.ts';
import { startProbes, type Probes } from '../../lab/probes/probes.ts';
import { drills, type Drill } from '../ha/drills.ts';
import { haCluster, type HaCluster } from '../ha/ha-cluster.ts';
import { TASKS_OF_UP, upAgain, upKilled } from '../ha/killed-run.ts';
import { randomFrom } from '../ha/random.ts';
import { rehearse } from '../ha/rehearse.ts';
import { brokenLoadBalancers } from './broken-load-balancers.ts';
import { removeLabNamed } from './lab-cluster.ts';
import { expectAllReady, playbook } from './use-tests.ts';
import { eventually } from './waiting.ts';

const LAB = 'e2eha';
const SEED = 'short form';
const HA_MASTERS = ['demo-master-1', 'demo-master-2', 'demo-master-3'];
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
      const { report, shortfalls } = await rehearse(cluster, probes, drill(name), randomFrom(name), bar);
      expect(shortfalls, inWords(report)).toEqual([]);
    });

    it('falls short when a master is left out of the load balancers', async () => {
      const mend = await brokenLoadBalancers(cluster, 'a master left out');
      const since = Date.now();
      await sleep(15_000);
      const found = shortfalls(await probes.report(since), { everyMaster: true });
      await mend();
      expect(found).toEqual([expect.stringMatching(/^demo-master-\d: it answered nobody$/)]);
    });

    it('falls short when load balancers never take a master out', async () => {
      const mend = await brokenLoadBalancers(cluster, 'no health checks');
      const name = 'a master’s host stops';
      const found = await rehearse(cluster, probes, drill(name), randomFrom(SEED), { failedAfterRetry: 0 });
      await mend();
      expect(found.shortfalls).toContainEqual(expect.stringMatching(/failed after a retry/));
    });
  });

  describe('whose masters are not ready', () => {
    const [first = ''] = HA_MASTERS;
    const etcd = async (action: 'stop' | 'start', masters: readonly string[]): Promise<void> => {
      await Promise.all(masters.map((name) => cluster.on(name, ['systemctl', action, 'etcd.service'])));
    };
    const gateOf = async (name: string): Promise<'open' | 'closed'> => {
      const tables = await cluster.on(name, ['nft', 'list', 'tables']);
      return tables.includes('master_gate') ? 'closed' : 'open';
    };
    const becomes = async (name: string, wanted: 'open' | 'closed'): Promise<void> => {
      await eventually(30, async () => {
        expect(await gateOf(name)).toBe(wanted);
      });
    };

    it('has one master’s gate closed, open while the gate’s program is dead, and closed again', async () => {
      await etcd('stop', [first]);
      await becomes(first, 'closed');
      // As long as its program is not there, so that it is seen: else systemd has started it again a second later.
      await cluster.on(first, ['systemctl', 'mask', '--runtime', 'master-gate.service']);
      await stop(cluster.lab, await hostNamed(cluster.lab, first), 'master-gate.service');
      await becomes(first, 'open');
      await cluster.on(first, ['systemctl', 'unmask', '--runtime', 'master-gate.service']);
      await cluster.on(first, ['systemctl', 'start', 'master-gate.service']);
      await becomes(first, 'closed');
      await etcd('start', [first]);
      await becomes(first, 'open');
    });

    it('has no gate closed while no master is ready, so that load balancers still reach them', async () => {
      await etcd('stop', HA_MASTERS);
      await sleep(10_000);
      for (const name of HA_MASTERS) expect(await gateOf(name)).toBe('open');
      const answer = await cluster.on('demo-worker-1', [
        ...['curl', '--silent', '--insecure', '--max-time', '10', '--output', '/dev/null'],
        ...['--write-out', '%{http_code}', 'https://127.0.0.1:16443/livez'],
      ]);
      expect(answer).toMatch(/^(200|500)$/);
      await etcd('start', HA_MASTERS);
      await eventually(180, () => expectAllReady(cluster, cluster.expected));
    });
  });
});

function drill(name: string): Drill {
  const found = drills.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no drill: ${name}`);
  return found;
}
