import { addressesIn, POD_PREFIX, podNetworksIn } from './addresses.ts';
import { parseCidr } from './cidr.ts';
import type { NodeRole } from './names.ts';
import type { Problem } from './problem.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** Every node needs an address in the mesh. */
export function enoughAddresses(config: ClusterConfig, source: Source): Problem[] {
  const { nodeCidr } = config.network;
  const cidr = parseCidr(nodeCidr);
  if (cidr === undefined) return [];
  const asked = nodesAskedFor(config);
  return (['etcd', 'control-plane', 'worker'] as const).flatMap((role) =>
    withoutRoom(
      asked.filter((some) => some.role === role),
      addressesIn(cidr, role),
    ).map((path) =>
      problemAt(
        source,
        path,
        `more nodes than ${nodeCidr} has addresses for this role`,
        'Use fewer nodes or a larger network.nodeCidr',
      ),
    ),
  );
}

/** Every node that runs pods needs a network for them. */
export function enoughPodNetworks(config: ClusterConfig, source: Source): Problem[] {
  const { podCidr } = config.network;
  const cidr = parseCidr(podCidr);
  if (cidr === undefined) return [];
  const asked = nodesAskedFor(config).filter(({ role }) => role !== 'etcd');
  return withoutRoom(asked, podNetworksIn(cidr)).map((path) =>
    problemAt(
      source,
      path,
      `more nodes than ${podCidr} has /${POD_PREFIX} networks`,
      'Use fewer nodes or a larger network.podCidr',
    ),
  );
}

interface Asked {
  readonly role: NodeRole;
  readonly count: number;
  readonly path: readonly PropertyKey[];
}

/** Numbers of nodes, and where each stands. One that is wrong counts as none: the others may be too many all the same. */
export function nodesAskedFor({ etcd, controlPlane, workers }: ClusterConfig): Asked[] {
  return [
    {
      role: 'etcd' as const,
      count: known(() => (etcd.placement === 'isolated' ? etcd.count : 0)) ?? 0,
      path: ['etcd', 'count'],
    },
    {
      role: 'control-plane' as const,
      count: known(() => controlPlane.count) ?? 0,
      path: ['controlPlane', 'count'],
    },
    ...[...workers.keys()].map((index) => ({
      role: 'worker' as const,
      count: known(() => workers[index]?.count) ?? 0,
      path: ['workers', index, 'count'],
    })),
  ];
}

/** Where nodes are asked for that `room` does not suffice for, in the order of the file. */
function withoutRoom(asked: readonly Asked[], room: number): (readonly PropertyKey[])[] {
  let sum = 0;
  return asked.flatMap(({ count, path }) => {
    sum += count;
    return count > 0 && sum > room ? [path] : [];
  });
}
