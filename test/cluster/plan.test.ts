import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, parseCidr } from '../../cluster/cidr.ts';
import { loadCluster } from '../../cluster/load.ts';
import { emptyLock, formatLock, type ClusterLock } from '../../cluster/lock.ts';
import type { NodePlan } from '../../cluster/plan.ts';
import { formatProblem } from '../../cluster/problem.ts';
import { holds } from '../property.ts';
import { clusterYaml, configurations, PUBLIC_KEY, type Configuration } from './configurations.ts';

function planned(configuration: Configuration, lock: ClusterLock = emptyLock) {
  const result = loadCluster({ clusterYaml: clusterYaml(configuration), lockYaml: formatLock(lock) });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

/** What must never change about a node while it exists: all but what cluster.yaml may set anew. */
function identity({
  labels: _labels,
  taints: _taints,
  image: _image,
  protected: _protected,
  choices: _choices,
  packages: _packages,
  cloudInit: _cloudInit,
  ...lasting
}: NodePlan) {
  return lasting;
}

describe('a plan', () => {
  it('numbers the mesh as hetzner-kube did: etcd from .1, masters from .11, workers from .21', () => {
    const { nodes } = planned({ masters: 2, etcd: 3, pools: [{ name: 'worker', count: 2 }] }).plan;
    expect(nodes.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'prod-etcd-1 10.0.0.1',
      'prod-etcd-2 10.0.0.2',
      'prod-etcd-3 10.0.0.3',
      'prod-master-1 10.0.0.11',
      'prod-master-2 10.0.0.12',
      'prod-worker-1 10.0.0.21',
      'prod-worker-2 10.0.0.22',
    ]);
  });

  it('keeps a node where it is when the list of locations changes', () => {
    const yaml = (locations: string) =>
      `name: prod\nlocations: ${locations}\nssh: { publicKeys: [${PUBLIC_KEY}] }\nworkers: [{ count: 3 }]\n`;
    const first = loadCluster({ clusterYaml: yaml('[nbg1, fsn1, hel1]') });
    if (!first.ok) throw new Error('refused');
    const second = loadCluster({ clusterYaml: yaml('[hel1]'), lockYaml: formatLock(first.value.lock) });
    if (!second.ok) throw new Error('refused');
    expect(second.value.plan.nodes.map(identity)).toEqual(first.value.plan.nodes.map(identity));
  });

  it.each([
    ['another version', 'kubernetes: { version: 1.36.4 }', 'kubernetes.version'],
    ['etcd elsewhere', 'etcd: { placement: isolated, count: 3 }', 'etcd.placement'],
    ['another network of Services', 'network: { serviceCidr: 10.97.0.0/16 }', 'network.serviceCidr'],
    ['fewer masters', 'controlPlane: { count: 1 }', 'controlPlane.count'],
  ])('refuses what would harm a running cluster: %s', (_, change, path) => {
    const yaml = (more: string) => `name: prod\n${more}\nssh: { publicKeys: [${PUBLIC_KEY}] }\n`;
    const first = loadCluster({ clusterYaml: yaml('') });
    if (!first.ok) throw new Error('refused');
    const changed = loadCluster({ clusterYaml: yaml(change), lockYaml: formatLock(first.value.lock) });
    expect(changed.ok ? [] : changed.problems.map((problem) => problem.path)).toEqual([path]);
  });

  it('keeps a node’s type and architecture when the pool’s type changes', () => {
    const yaml = (type: string) =>
      `name: prod\nworkers: [{ count: 2, serverType: ${type} }]\nssh: { publicKeys: [${PUBLIC_KEY}] }\n`;
    const first = loadCluster({ clusterYaml: yaml('cx33') });
    if (!first.ok) throw new Error('refused');
    const second = loadCluster({
      clusterYaml: yaml('cax21').replace('count: 2', 'count: 3'),
      lockYaml: formatLock(first.value.lock),
    });
    if (!second.ok) throw new Error('refused');
    const workers = second.value.plan.nodes.filter(({ role }) => role === 'worker');
    expect(workers.map(({ architecture }) => architecture)).toEqual(['amd64', 'amd64', 'arm64']);
  });

  it('refuses a lock in which two nodes have one address or one pod network', () => {
    const yaml = `name: prod\nssh: { publicKeys: [${PUBLIC_KEY}] }\n`;
    const first = loadCluster({ clusterYaml: yaml });
    if (!first.ok) throw new Error('refused');
    const { nodes } = first.value.lock;
    const merged = {
      ...first.value.lock,
      nodes: { ...nodes, 'prod-master-2': nodes['prod-master-1'] as NonNullable<(typeof nodes)[string]> },
    };
    const result = loadCluster({ clusterYaml: yaml, lockYaml: formatLock(merged) });
    expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
      'prod-master-2 and prod-master-1 have the same address, 10.0.1.11',
      'prod-master-2 and prod-master-1 have the same pod network, 10.244.0.0/24',
    ]);
  });

  it.each([
    [{ masters: 1, etcd: undefined, pools: [] }, 0],
    [{ masters: 1, etcd: undefined, pools: [{ name: 'worker', count: 1 }] }, 1],
    [{ masters: 1, etcd: 3, pools: [{ name: 'worker', count: 1 }] }, 2],
    [{ masters: 3, etcd: undefined, pools: [] }, 3],
    [{ masters: 2, etcd: 3, pools: [] }, 4],
  ] as [Configuration, number][])('derives the level of %j: %i', (configuration, level) => {
    expect(planned(configuration).plan.level).toBe(level);
  });

  it('refuses more nodes than the networks have room for, at the count that asks for them', () => {
    const result = loadCluster({
      clusterYaml: `name: prod
network: { nodeCidr: 10.0.1.0/27, podCidr: 10.244.0.0/20 }
workers:
  - count: 30
ssh: { publicKeys: [${PUBLIC_KEY}] }`,
    });
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([
      'cluster.yaml:4 workers[0].count: more nodes than 10.0.1.0/27 has addresses for this role. Use fewer nodes or a larger network.nodeCidr.',
      'cluster.yaml:4 workers[0].count: more nodes than 10.244.0.0/20 has /24 networks. Use fewer nodes or a larger network.podCidr.',
    ]);
  });

  it('refuses networks that the nodes of the lock are not in', () => {
    const yaml = (network: string) =>
      `name: prod\nnetwork: ${network}\nssh: { publicKeys: [${PUBLIC_KEY}] }\n`;
    const first = loadCluster({ clusterYaml: yaml('{}') });
    if (!first.ok) throw new Error('refused');
    const moved = loadCluster({
      clusterYaml: yaml('{ nodeCidr: 10.9.0.0/24, podCidr: 10.99.0.0/16 }'),
      lockYaml: formatLock(first.value.lock),
    });
    expect(moved.ok ? [] : moved.problems.map(({ path }) => path)).toEqual([
      'network.nodeCidr',
      'network.podCidr',
    ]);
  });
});

describe('a private network', () => {
  const inPrivate = (configuration: Configuration) => {
    const fields = JSON.parse(clusterYaml(configuration)) as { network: object };
    return JSON.stringify({ ...fields, network: { ...fields.network, transport: 'private' } });
  };
  const small = configurations.map(({ pools, ...rest }) => ({
    ...rest,
    pools: pools.slice(0, 2).map((pool) => ({ ...pool, count: Math.min(pool.count, 40) })),
  }));

  it('has an address for every node that is nobody else’s, and none that Hetzner keeps', () => {
    fc.assert(
      fc.property(small, (configuration) => {
        const result = loadCluster({ clusterYaml: inPrivate(configuration) });
        if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
        const addresses = result.value.plan.nodes.map(({ privateAddress }) => privateAddress);
        expect(new Set(addresses).size).toBe(addresses.length);
        for (const address of addresses) {
          const last = Number(/^10\.64\.0\.(\d+)$/.exec(address ?? '')?.[1]);
          expect(last).toBeGreaterThan(1);
          expect(last).toBeLessThan(255);
        }
      }),
    );
  });

  it('keeps every node’s address when others come and go', () => {
    fc.assert(
      fc.property(small, small, (first, second) => {
        const before = loadCluster({ clusterYaml: inPrivate(first) });
        if (!before.ok) throw new Error('refused');
        const grown = { ...first, pools: second.pools };
        const lockYaml = formatLock(before.value.lock);
        const after = loadCluster({ clusterYaml: inPrivate(grown), lockYaml });
        if (!after.ok) throw new Error(after.problems.map(formatProblem).join('\n'));
        const had = new Map(before.value.plan.nodes.map((node) => [node.name, node.privateAddress]));
        for (const { name, privateAddress } of after.value.plan.nodes)
          if (had.has(name)) expect(privateAddress).toBe(had.get(name));
      }),
    );
  });

  it('leaves room for WireGuard’s headers in the MTU', () => {
    const yaml = (mtu: object) =>
      loadCluster({
        clusterYaml: JSON.stringify({
          name: 'prod',
          ssh: { publicKeys: [PUBLIC_KEY] },
          network: { transport: 'private', ...mtu },
        }),
      });
    const planned = yaml({});
    expect(planned.ok && planned.value.plan.config.network.mtu).toBe(1370);
    expect(yaml({ mtu: 1371 }).ok).toBe(false);
  });

  it('is in the zone of the masters', () => {
    const result = loadCluster({
      clusterYaml: JSON.stringify({
        name: 'prod',
        locations: ['hil'],
        ssh: { publicKeys: [PUBLIC_KEY] },
        network: { transport: 'private', privateCidr: '172.16.4.0/22' },
      }),
    });
    expect(result.ok && result.value.plan.privateNetwork).toEqual({ cidr: '172.16.4.0/22', zone: 'us-west' });
  });
});

describe('networks', () => {
  it('overlap exactly when one holds an address of the other', () => {
    const cidrs = fc
      .record({ base: fc.nat(0xffff), prefix: fc.integer({ min: 16, max: 32 }) })
      .map(({ base, prefix }) => ({
        base: Math.floor((base << 8) / 2 ** (32 - prefix)) * 2 ** (32 - prefix),
        prefix,
      }));
    holds(
      fc.property(cidrs, cidrs, (one, other) => {
        const holds = (outer: typeof one, inner: typeof one) =>
          inner.base >= outer.base && inner.base < outer.base + 2 ** (32 - outer.prefix);
        expect(overlaps(one, other)).toBe(holds(one, other) || holds(other, one));
      }),
    );
  });

  it('are refused with host bits, octets above 255 and prefixes above 32', () => {
    for (const text of ['10.0.0.1/24', '10.0.256.0/24', '10.0.0.0/33', '10.0.0.0', 'x']) {
      expect(parseCidr(text)).toBeUndefined();
    }
  });
});
