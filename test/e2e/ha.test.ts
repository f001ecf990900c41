import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostNamed } from '../../lab/faults/host-named.ts';
import { stop } from '../../lab/faults/processes.ts';
import { shortfalls, type Bar } from '../../lab/probes/bar.ts';
import { kubectl } from '../../lab/probes/kubectl.ts';
import { startProbes, stopProbes } from '../../lab/probes/probes.ts';
import { exitCodes } from '../../drive/exit-codes.ts';
import { blocks, pageNamed } from '../docs/pages.ts';
import { drillNamed, type Drill } from '../ha/drills.ts';
import { emptyDatabase, fillDatabase, lowerQuota } from '../ha/full.ts';
import { everyNode, haCluster, type HaCluster } from '../ha/ha-cluster.ts';
import { TASKS_OF_UP, upAgain, upKilled } from '../ha/killed-run.ts';
import { randomFrom } from '../ha/random.ts';
import { rehearse } from '../ha/rehearse.ts';
import { brokenLoadBalancers, type Breakage } from './broken-load-balancers.ts';
import { removeLabNamed } from './lab-cluster.ts';
import { playbook } from './playbook.ts';
import { eventually } from './waiting.ts';

const LAB = 'e2eha';
const SEED = 'short form';
const HA_MASTERS = ['demo-master-1', 'demo-master-2', 'demo-master-3'];
/** How long a fault lasts here, in milliseconds: longer than nginx keeps a master out, and clients a connection that is dead. */
const SHORTLY = 20_000;
/** Where watches must come back meanwhile, they must have the time to be found that they don't. */
const LONGER_THAN_WATCHES = 45_000;
const THIRD = TASKS_OF_UP / 3;

/** Many times what a quiet machine has: nobody may notice more than this on any. Times are in milliseconds. */
const ANY_MACHINE: Bar = {
  gap: 10_000,
  failedAfterRetry: 0,
  keptGap: 30_000,
  watchSilence: 30_000,
  podGap: 10_000,
  droppedStreams: 0,
};

/** The faults of `make ha` that are tried each time. */
const SHORT: Readonly<Record<string, Bar>> = {
  'a master’s host stops': ANY_MACHINE,
  'a master is cut off without RST': { ...ANY_MACHINE, wait: 8000 },
  // Writes fail while there is no leader, retried or not.
  'etcd’s leader dies': { ...ANY_MACHINE, gap: 15_000, failedAfterRetry: Infinity },
  'the load balancers are reloaded': { ...ANY_MACHINE, keptFailed: 0, brokenWatches: 0, everyMaster: true },
};

describe('a cluster of level 3 under faults', () => {
  let cluster: HaCluster;

  beforeAll(async () => {
    cluster = await haCluster(LAB, 3);
  });
  afterAll(() => removeLabNamed(LAB));

  const isWell = async (): Promise<void> => {
    const status = await cluster.kubehaus(['status']);
    expect(status.exitCode, status.all).toBe(0);
  };

  const random = randomFrom(SEED);
  it.each([0, 1, 2].map((third) => Math.ceil((third + random()) * THIRD)))(
    'is on its way when the operator’s machine dies after %i tasks',
    async (tasks) => {
      const { after, all } = await upKilled(cluster, { tasks, later: random() * 1000 });
      expect(after, all).toBeDefined();
    },
  );

  it('comes up all the same, and the next run changes nothing', async () => {
    const ended = await upAgain(cluster);
    expect(ended.exitCode, ended.all).toBe(0);
    const { changed } = await playbook(cluster, 'site.yml');
    expect(changed).toEqual(Object.fromEntries(everyNode(cluster.expected).map((node) => [node, 0])));
  });

  describe('while probes ask from every node, ten times a second', () => {
    afterAll(() => stopProbes(cluster));

    it.each(Object.entries(SHORT))('goes on when %s', async (name, bar) => {
      const found = await rehearse(cluster, shorter(name), randomFrom(name), { bar, healing: bar });
      expect(found.shortfalls, JSON.stringify(found.during)).toEqual([]);
    });
  });

  it('is read while etcd’s database is full, and takes writes again after what docs/recovering.md says', async () => {
    const write = (name: string) => kubectl(cluster, ['create', 'configmap', name, '--request-timeout=10s']);
    await lowerQuota(cluster);
    await fillDatabase(cluster);
    await expect(write('too-much')).rejects.toThrow(/database space exceeded/);
    expect(await kubectl(cluster, ['get', 'nodes', '--output=name'])).toContain('node/demo-worker-1');
    const status = await cluster.kubehaus(['status']);
    expect(status.exitCode, status.all).toBe(exitCodes.check.code);
    for (const master of HA_MASTERS) expect(status.all).toMatch(new RegExp(`${master}: .*NOSPACE`));

    await emptyDatabase(cluster);
    const [, makeRoom = ''] = blocks(await pageNamed('recovering.md'), 'sh');
    const ended = await cluster.run(['bash', '-e', '-c', makeRoom]);
    expect(ended.exitCode, ended.all).toBe(0);
    await write('enough-room');
    await eventually(60, isWell);
  });

  describe('with load balancers that are wrong', () => {
    /** As long as they are: what was found meanwhile falls short of the bar. */
    async function foundWith(
      breakage: Breakage,
      look: () => Promise<readonly string[]>,
    ): Promise<readonly string[]> {
      const mend = await brokenLoadBalancers(cluster, breakage);
      try {
        // A reload is asked for; the old workers take connections until the new ones do.
        await sleep(2000);
        return await look();
      } finally {
        await mend();
      }
    }

    it('is found to have a master that nobody reaches', async () => {
      const probes = await startProbes(cluster);
      try {
        const found = await foundWith('a master left out', async () => {
          const since = Date.now();
          await sleep(15_000);
          return shortfalls(await probes.report(since), { everyMaster: true });
        });
        expect(found).toEqual([expect.stringMatching(/^demo-master-\d: it answered nobody$/)]);
      } finally {
        await probes.stop();
      }
    });

    it('is found to fail twice when a host stops that no load balancer takes out', async () => {
      const bars = { bar: { failedAfterRetry: 0 } };
      const found = await foundWith(
        'no health checks',
        async () =>
          (await rehearse(cluster, shorter('a master’s host stops'), randomFrom(SEED), bars)).shortfalls,
      ).finally(() => stopProbes(cluster));
      expect(found).toContainEqual(expect.stringMatching(/^(read|write): failed after a retry/));
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
    /** Asks a master's API server past all load balancers. */
    const fromOutside = async (address: string): Promise<string> =>
      cluster.on('demo-worker-1', [
        ...['curl', '--silent', '--insecure', '--max-time', '5'],
        `https://${address}:6443/livez`,
      ]);
    const becomes = async (name: string, wanted: 'open' | 'closed'): Promise<void> => {
      await eventually(120, async () => {
        expect(await gateOf(name)).toBe(wanted);
      });
    };

    it('has one master’s gate closed, open while the gate’s program is dead, and closed again', async () => {
      await etcd('stop', [first]);
      await becomes(first, 'closed');
      // Else systemd has started it again a second later.
      const stays = '/run/systemd/system/master-gate.service.d/rehearsal.conf';
      const sh = (line: string) => cluster.on(first, ['sh', '-c', line]);
      await sh(
        `mkdir -p ${stays.replace(/[^/]*$/, '')} && printf '[Service]\\nRestart=no\\n' > ${stays} && systemctl daemon-reload`,
      );
      await stop(cluster.lab, await hostNamed(cluster.lab, first), 'master-gate.service');
      await becomes(first, 'open');
      await sh(`rm ${stays} && systemctl daemon-reload && systemctl start master-gate.service`);
      await becomes(first, 'closed');
      await etcd('start', [first]);
      await becomes(first, 'open');
    });

    it("has a master's gate closed from when its API server died until the next one is ready", async () => {
      const jsonpath = '{.status.addresses[?(@.type=="InternalIP")].address}';
      const address = await kubectl(cluster, ['get', 'node', first, `--output=jsonpath=${jsonpath}`]);
      // The gate is looked at before the API server is asked: one that was ready stays so.
      const sampling = cluster.on(first, [
        ...['sh', '-c'],
        `for i in $(seq 300); do
           gate=open; nft list tables | grep -q master_gate && gate=closed
           echo "$gate $(curl --silent --insecure --max-time 5 https://127.0.0.1:6443/readyz | head -n 1)"
           [ -e /run/enough ] && exit; sleep 0.1
         done`,
      ]);
      await sleep(2000);
      await stop(cluster.lab, await hostNamed(cluster.lab, first), 'kube-apiserver');
      await becomes(first, 'closed');
      await expect(fromOutside(address)).rejects.toThrow();
      await becomes(first, 'open');
      expect(await fromOutside(address)).toBe('ok');
      await cluster.on(first, ['touch', '/run/enough']);
      const samples = (await sampling).split('\n');
      expect(samples[0]).toBe('open ok');
      expect(samples).toContainEqual(expect.stringMatching(/^closed/));
      // No load balancer gets to one that answers but isn't ready.
      expect(samples.filter((sample) => /^open ./.test(sample) && sample !== 'open ok')).toEqual([]);
      const shut = samples.slice(samples.findIndex((sample) => sample.startsWith('closed')));
      expect(shut.filter((sample) => sample.startsWith('open') && sample !== 'open ok')).toEqual([]);
      await eventually(180, isWell);
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
      await eventually(180, isWell);
    });
  });
});

/** A drill of `make ha` that does not take as long. */
function shorter(name: string): Drill {
  return { ...drillNamed(name), lasts: name.includes('cut off') ? LONGER_THAN_WATCHES : SHORTLY };
}
