import { SERVERS_PER_NETWORK, zoneOf } from './private-network.ts';
import type { Problem } from './problem.ts';
import { nodesAskedFor } from './room.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import type { Location } from './schema/values.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** What a private network demands. */
export const privateNetworkRules: readonly Rule[] = [oneNetworkZone, serversOfOneNetwork];

/** A private network has the locations of one zone (https://docs.hetzner.com/cloud/networks/faq/). */
function oneNetworkZone(config: ClusterConfig, source: Source): Problem[] {
  if (config.network.transport !== 'private') return [];
  const { controlPlane, etcd, workers, locations } = config;
  const masters = controlPlane.locations ?? locations;
  const zone = zoneOf(masters[0] as Location);
  const listOf = (own: readonly Location[] | undefined, path: readonly PropertyKey[]) => ({
    path: own ? [...path, 'locations'] : ['locations'],
    used: own ?? locations,
  });
  const lists = [
    listOf(controlPlane.locations, ['controlPlane']),
    known(() => (etcd.placement === 'isolated' ? listOf(etcd.locations, ['etcd']) : undefined)),
    ...[...workers.keys()].map((index) => known(() => listOf(workers[index]?.locations, ['workers', index]))),
  ].filter((list) => list !== undefined);
  const once = new Map(lists.map((list) => [JSON.stringify(list.path), list]));
  return [...once.values()].flatMap(({ path, used }) => {
    const outside = used.filter((location) => zoneOf(location) !== zone);
    if (outside.length === 0) return [];
    return [
      problemAt(
        source,
        path,
        `the private network would be in ${zone}, where the first master is, and ${outside.map((location) => `${location} is in ${zoneOf(location)}`).join(', ')}`,
        'Use locations of one zone, fsn1, nbg1 and hel1 for example, or network.transport: public',
      ),
    ];
  });
}

function serversOfOneNetwork(config: ClusterConfig, source: Source): Problem[] {
  if (config.network.transport !== 'private') return [];
  const servers = nodesAskedFor(config).reduce((sum, { count }) => sum + count, 0);
  if (servers <= SERVERS_PER_NETWORK) return [];
  return [
    problemAt(
      source,
      ['network', 'transport'],
      `the cluster has ${servers} nodes, and Hetzner attaches at most ${SERVERS_PER_NETWORK} servers to a private network`,
      `Use at most ${SERVERS_PER_NETWORK} nodes, or network.transport: public`,
    ),
  ];
}
