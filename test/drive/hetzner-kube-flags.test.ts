import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import type { Topology } from '../../cluster/topology.ts';
import { firstClusterYaml } from '../../drive/first-cluster.ts';
import { formatFlagProblem } from '../../drive/first-cluster-problems.ts';
import { fromHetznerKube, type CommonFlags, type HetznerKubeFlags } from '../../drive/hetzner-kube-flags.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { holds } from '../property.ts';

const common: CommonFlags = {
  name: 'prod',
  publicKeys: [PUBLIC_KEY],
  projectKeys: [],
  deleteProtection: true,
};

function translated(flags: HetznerKubeFlags, more: Partial<CommonFlags> = {}) {
  const translation = fromHetznerKube(flags, { ...common, ...more });
  if (!translation.ok) throw new Error(translation.problems.map(formatFlagProblem).join('\n'));
  const loaded = loadCluster({ clusterYaml: firstClusterYaml(translation.cluster) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return { ...translation, plan: loaded.value.plan };
}

function refusals(flags: HetznerKubeFlags, more: Partial<CommonFlags> = {}): string[] {
  const translation = fromHetznerKube(flags, { ...common, ...more });
  return translation.ok ? [] : translation.problems.map(formatFlagProblem);
}

const ha = { haEnabled: true };
const isolated = { haEnabled: true, isolatedEtcd: true };

describe('flags of hetzner-kube cluster create', () => {
  it.each<[string, HetznerKubeFlags, number, number, number, number]>([
    ['none: a master and a worker', {}, 1, 1, 0, 1],
    ['-w 3', { workerCount: 3 }, 1, 1, 0, 3],
    ['-m 3 -w 3 --ha-enabled', { ...ha, masterCount: 3, workerCount: 3 }, 3, 3, 0, 3],
    ['--ha-enabled', ha, 3, 3, 0, 1],
    ['-m 5 --ha-enabled', { ...ha, masterCount: 5 }, 3, 5, 0, 1],
    [
      '-e 3 -m 2 -w 3 --ha-enabled --isolated-etcd',
      { ...isolated, etcdCount: 3, masterCount: 2, workerCount: 3 },
      4,
      2,
      3,
      3,
    ],
    ['--ha-enabled --isolated-etcd', isolated, 4, 3, 3, 1],
    ['-e 5 -m 4 --ha-enabled --isolated-etcd', { ...isolated, etcdCount: 5, masterCount: 4 }, 4, 4, 5, 1],
    ['-m 7 without --ha-enabled', { masterCount: 7 }, 1, 1, 0, 1],
    ['-m 0 without --ha-enabled', { masterCount: 0 }, 1, 1, 0, 1],
    ['--isolated-etcd -e 4 without --ha-enabled', { isolatedEtcd: true, etcdCount: 4 }, 1, 1, 0, 1],
    ['-e 4 --ha-enabled', { ...ha, etcdCount: 4 }, 3, 3, 0, 1],
  ])('%s: level, masters, etcd machines and workers', (_flags, flags, level, masters, etcd, workers) => {
    const { plan } = translated(flags);
    const counted = (pool: string) => plan.nodes.filter((node) => node.pool === pool).length;
    expect([plan.level, counted('master'), counted('etcd'), counted('worker')]).toEqual([
      level,
      masters,
      etcd,
      workers,
    ]);
  });

  it.each<[string, HetznerKubeFlags, string]>([
    ['no worker', { workerCount: 0 }, '--worker-count: 0 is too few. Use at least 1; one machine alone is'],
    [
      'two masters with etcd',
      { ...ha, masterCount: 2 },
      '--master-count: 2 is too few. Where etcd runs on the masters use at least 3; with --isolated-etcd 2 will do.',
    ],
    [
      'one master beside etcd machines',
      { ...isolated, masterCount: 1 },
      '--master-count: 1 is too few. With --isolated-etcd use at least 2.',
    ],
    [
      'an even number of etcd machines',
      { ...isolated, etcdCount: 4 },
      '--etcd-count: 4 is not an odd number of at least 3. Use 3 or 5.',
    ],
    [
      'one etcd machine',
      { ...isolated, etcdCount: 1 },
      '--etcd-count: 1 is not an odd number of at least 3. Use 3.',
    ],
    [
      'an even number of masters with etcd, which hetzner-kube took',
      { ...ha, masterCount: 4 },
      '--master-count: 4 etcd members survive no more failures than 3. Use 3 or 5 masters, or put etcd on machines of its own with --isolated-etcd.',
    ],
    [
      'more masters than fit',
      { ...isolated, masterCount: 11 },
      '--master-count: 11 is above the maximum. Use at most 10.',
    ],
    [
      'more etcd machines than fit',
      { ...isolated, etcdCount: 11 },
      '--etcd-count: 11 is above the maximum. Use at most 9.',
    ],
    [
      'a datacenter that is nowhere',
      { datacenters: ['xyz1-dc3'] },
      '--datacenters: "xyz1" is not one of the allowed values. Choose one of fsn1,',
    ],
    [
      'more workers than the mesh has addresses',
      { workerCount: 240 },
      '--worker-count: more nodes than 10.0.1.0/24 has addresses for this role. Use fewer nodes or a larger --node-cidr.',
    ],
  ])('are refused with %s', (_what, flags, words) => {
    const [first, ...others] = refusals(flags);
    expect(others).toEqual([]);
    expect(first?.startsWith(words), first).toBe(true);
  });

  it('are refused with every problem at once, each once', () => {
    const problems = refusals(
      { ...isolated, masterCount: 1, etcdCount: 2, workerCount: 0, datacenters: ['mars-dc1'] },
      { name: 'Prod', nodeCidr: '10.0.1.7/24', publicKeys: ['none'] },
    );
    expect(problems.map((problem) => problem.split(': ')[0]).sort()).toEqual([
      '--datacenters',
      '--etcd-count',
      '--master-count',
      '--name',
      '--node-cidr',
      '--ssh-public-key or --ssh-key',
      '--worker-count',
    ]);
  });

  it('turn datacenters into locations, each once, and tell it', () => {
    const { cluster, notes } = translated({ datacenters: ['fsn1-dc8', 'fsn1-dc14', 'hel1-dc2', 'nbg1'] });
    expect(cluster.locations).toEqual(['fsn1', 'hel1', 'nbg1']);
    expect(notes).toContain(
      'Servers are placed by location, not by datacenter: fsn1-dc8 becomes fsn1, fsn1-dc14 becomes fsn1, hel1-dc2 becomes hel1.',
    );
  });

  it.each<[HetznerKubeFlags, { master: string; worker: string; etcd: string }, number]>([
    [{}, { master: 'cx33', worker: 'cx33', etcd: 'cx23' }, 0],
    [
      { masterServerType: 'cx11', workerServerType: 'cx11' },
      { master: 'cx33', worker: 'cx33', etcd: 'cx23' },
      3,
    ],
    [
      { masterServerType: 'cx21', workerServerType: 'cx51' },
      { master: 'cx23', worker: 'cx53', etcd: 'cx23' },
      2,
    ],
    [
      { masterServerType: 'cax21', workerServerType: 'ccx62' },
      { master: 'cax21', worker: 'ccx63', etcd: 'cax21' },
      1,
    ],
    [{ workerServerType: 'cpx31' }, { master: 'cx33', worker: 'cpx32', etcd: 'cx23' }, 1],
    [
      { workerServerType: 'cpx31', datacenters: ['ash'] },
      { master: 'cx33', worker: 'cpx31', etcd: 'cx23' },
      0,
    ],
  ])('put types that are sold today in the place of old ones, and tell it: %j', (types, today, changes) => {
    const { cluster, notes } = translated({ ...isolated, ...types });
    expect(cluster.serverTypes).toEqual(today);
    expect(notes.filter((note) => note.startsWith('--'))).toHaveLength(changes);
  });

  it.each<[HetznerKubeFlags, string]>([
    [{ masterCount: 3 }, '--master-count 3 counts with --ha-enabled alone: there is 1 master.'],
    [{ isolatedEtcd: true }, '--isolated-etcd counts with --ha-enabled alone: etcd runs on the master.'],
    [{ ...ha, etcdCount: 5 }, '--etcd-count 5 counts with --isolated-etcd alone: etcd runs on the masters.'],
    [
      {},
      '1 master (no --ha-enabled); 1 worker; masters of type cx33; workers of type cx33; locations nbg1, hel1',
    ],
  ])('tell what counts for nothing, and what was taken: %j', (flags, words) => {
    expect(translated(flags).notes.join('\n')).toContain(words);
  });

  it('give no notes when everything was said and is as it was typed', () => {
    const flags = {
      ...isolated,
      masterCount: 2,
      etcdCount: 3,
      workerCount: 1,
      masterServerType: 'cx33',
      workerServerType: 'cx43',
      datacenters: ['fsn1'],
    };
    expect(translated(flags).notes).toEqual([]);
  });

  it('put the nodes into --node-cidr', () => {
    const { plan } = translated(isolated, { nodeCidr: '10.9.0.0/16' });
    const addressOf = (name: string) => plan.nodes.find((node) => node.name === name)?.address;
    expect(['prod-etcd-1', 'prod-master-1', 'prod-worker-1'].map(addressOf)).toEqual([
      '10.9.0.1',
      '10.9.0.11',
      '10.9.0.21',
    ]);
  });

  it('make, whatever their combination, the topology that hetzner-kube made, or are refused as there', () => {
    const number = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
    const type = fc.option(fc.constantFrom('cx11', 'cx21', 'cx51', 'cpx11', 'cax11', 'cx33'), {
      nil: undefined,
    });
    holds(
      fc.property(
        fc.record({
          haEnabled: fc.boolean(),
          isolatedEtcd: fc.boolean(),
          masterCount: number(12),
          etcdCount: number(12),
          workerCount: number(40),
          masterServerType: type,
          workerServerType: type,
          datacenters: fc.option(
            fc.subarray(['fsn1-dc8', 'nbg1-dc3', 'hel1-dc2', 'fsn1'], { minLength: 1 }),
            {
              nil: undefined,
            },
          ),
        }),
        (flags) => {
          const wanted = topologyInHetznerKube(flags);
          const possible = wanted !== undefined && kubehausTakes(wanted);
          expect(refusals(flags).length === 0).toBe(possible);
          if (possible) expect(translated(flags).plan.topology).toEqual(wanted);
        },
      ),
      300,
    );
  });

  // hetzner-kube handed the file on as user_data (pkg/hetzner/hetzner_provider.go): cloud-init took either.
  it.each(['#cloud-config\npackages: [htop]\n', '#!/bin/sh -e\n\techo "$HOSTNAME" > /etc/motd  \n\ntrue'])(
    'carry a cloud-config or a script, and a key of the project, which needs no other key: %j',
    (cloudInit) => {
      const { plan } = translated({}, { cloudInit, publicKeys: [], projectKeys: ['my-key'] });
      expect(plan.config).toMatchObject({ cloudInit, ssh: { projectKeys: ['my-key'] } });
    },
  );

  it.each([
    ['Just words\n', '--cloud-init: is nothing that cloud-init would run. Begin the text with'],
    ['\n#!/bin/sh\n', '--cloud-init: is nothing that cloud-init would run. Begin the text with'],
    ['#cloud-config\npackages: [\n', '--cloud-init: is not valid YAML'],
    ['#cloud-config\ndisable_root: true\n', '--cloud-init: disable_root would change who may log in'],
  ])(
    'are refused with a file for --cloud-init that cluster.yaml would be refused with: %j',
    (cloudInit, words) => {
      const [first, ...others] = refusals({}, { cloudInit });
      expect(others).toEqual([]);
      expect(first?.startsWith(words), first).toBe(true);
    },
  );
});

/** hetzner-kube's rules written down again from its cmd/cluster_create.go; undefined where it refused. */
function topologyInHetznerKube(flags: HetznerKubeFlags): Topology | undefined {
  const { masterCount = 3, etcdCount = 3, workerCount = 1, haEnabled, isolatedEtcd } = flags;
  if (workerCount < 1) return undefined;
  if (!haEnabled) return { kind: 'stacked', masters: 1, workers: workerCount };
  if (!isolatedEtcd)
    return masterCount < 3 ? undefined : { kind: 'stacked', masters: masterCount, workers: workerCount };
  if (masterCount < 2 || etcdCount < 3 || etcdCount % 2 === 0) return undefined;
  return { kind: 'isolated', masters: masterCount, etcdMembers: etcdCount, workers: workerCount };
}

/** What hetzner-kube made and kubehaus refuses: an even number of etcd members, and more than the mesh has addresses for. */
function kubehausTakes(topology: Topology): boolean {
  if (topology.masters > 10) return false;
  return topology.kind === 'stacked' ? topology.masters % 2 === 1 : topology.etcdMembers <= 9;
}
