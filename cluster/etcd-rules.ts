import type { ClusterLock } from './lock.ts';
import { ETCD_POOL, MASTER_POOL, nodeName } from './names.ts';
import type { Parsed } from './parse.ts';
import { zoneOf } from './private-network.ts';
import type { Problem } from './problem.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { location, type Location } from './schema/values.ts';
import { problemAt, type Source } from './source.ts';

/** What etcd's members and its timing must be. */
export const etcdRules: readonly Rule[] = [etcdQuorum, etcdElection, etcdAcrossZones];

/** An even number of members survives no more failures than one fewer (https://etcd.io/docs/v3.6/faq/). */
function etcdQuorum(config: ClusterConfig, source: Source): Problem[] {
  const [path, count] =
    config.etcd.placement === 'isolated'
      ? [['etcd', 'count'], config.etcd.count]
      : [['controlPlane', 'count'], config.controlPlane.count];
  if (count % 2 === 1) return [];
  return [
    problemAt(
      source,
      path,
      `${count} etcd members survive no more failures than ${count - 1}`,
      config.etcd.placement === 'isolated'
        ? `Use ${count - 1} or ${count + 1}`
        : `Use ${count - 1} or ${count + 1} masters, or put etcd on machines of its own with etcd.placement: isolated`,
    ),
  ];
}

/** etcd refuses to start with less (https://etcd.io/docs/v3.6/tuning/#time-parameters). */
function etcdElection({ etcd }: ClusterConfig, source: Source): Problem[] {
  const { heartbeatMs, electionMs } = etcd;
  if (electionMs >= 5 * heartbeatMs) return [];
  return [
    problemAt(
      source,
      ['etcd', 'electionMs'],
      `${electionMs} ms is less than 5 heartbeats of ${heartbeatMs} ms`,
      'Use at least 5 times etcd.heartbeatMs; 10 times is usual',
    ),
  ];
}

/**
 * The round trip to reckon with between network zones where nobody has measured it: etcd's documents name 130 ms for the United
 * States from coast to coast (https://etcd.io/docs/v3.6/tuning/#time-parameters).
 */
const BETWEEN_ZONES_MS = 130;

/**
 * The heartbeat should be about the longest round trip between members, and the election timeout ten times that (same page).
 * With etcd's defaults, which are for one place, members far apart would take a leader that is well for lost.
 */
function etcdAcrossZones(
  config: ClusterConfig,
  source: Source,
  { value: lock, source: lockSource }: Parsed<ClusterLock>,
): Problem[] {
  const { heartbeatMs, electionMs } = config.etcd;
  if (heartbeatMs >= BETWEEN_ZONES_MS && electionMs >= 10 * heartbeatMs) return [];
  const { list, locations, stay, stray } = membersOf(config, lock);
  if (new Set(locations.map(zoneOf)).size < 2) return [];
  const places = locations.map((one) => `${one} (${zoneOf(one)})`).join(', ');
  const timing = `et etcd.heartbeatMs to the round trip between them, at least ${BETWEEN_ZONES_MS}, and etcd.electionMs to 10 times that`;
  const [file, path, remedy] = !stay
    ? ([source, list, `Use locations of one zone, fsn1, nbg1 and hel1 for example, or s${timing}`] as const)
    : stray === undefined
      ? ([source, ['etcd', 'heartbeatMs'], `S${timing}`] as const)
      : ([
          lockSource,
          ['nodes', stray, 'location'],
          `Restore the file from version control if it was edited; if ${stray} is there, s${timing}`,
        ] as const);
  return [
    problemAt(
      file,
      path,
      `etcd members in ${places} are too far apart for a heartbeat of ${heartbeatMs} ms and an election timeout of ${electionMs} ms`,
      remedy,
    ),
  ];
}

/**
 * Where etcd's members are, or may be put, each location once; the list that says it; whether all are there, to stay; and one
 * that is where the list has no place, as the lock alone says.
 */
function membersOf(config: ClusterConfig, lock: ClusterLock) {
  const { name, etcd, controlPlane } = config;
  const isolated = etcd.placement === 'isolated';
  const { count, serverType, locations } = isolated ? etcd : controlPlane;
  const choice: readonly string[] = locations ?? config.locations;
  const members = Array.from({ length: count }, (_, index) => {
    const node = nodeName(name, isolated ? ETCD_POOL : MASTER_POOL, index + 1);
    const known = lock.nodes[node]?.location;
    if (known !== undefined) return { node, stays: true, places: [known] };
    // As plan.ts places it: in turn, and anywhere in the list where another type would do.
    return {
      node,
      stays: false,
      places: serverType.length === 1 ? [choice[index % choice.length] as string] : choice,
    };
  });
  // One member has nobody to hear from.
  const places = members.length === 1 ? [] : members.flatMap((member) => member.places);
  return {
    list: locations === undefined ? ['locations'] : [isolated ? 'etcd' : 'controlPlane', 'locations'],
    // Of one that Hetzner no longer has, nobody knows the zone.
    locations: [...new Set(places)].filter((one): one is Location => location.safeParse(one).success),
    stay: members.every(({ stays }) => stays),
    stray: members.find(({ places }) => !places.every((one) => choice.includes(one)))?.node,
  };
}
