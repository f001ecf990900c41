import { architectureRules } from './architecture-rules.ts';
import { cgroupRules } from './cgroup-rules.ts';
import { etcdRules } from './etcd-rules.ts';
import { firewallRules } from './firewall-rules.ts';
import { lockRules } from './lock-rules.ts';
import { mountPathRules } from './mount-path-rules.ts';
import { nodeName, PLACEMENT_GROUP_LIMIT, PROJECT_PLACEMENT_GROUPS } from './names.ts';
import { networkRules } from './network-rules.ts';
import type { Parsed } from './parse.ts';
import { podNetworkRules } from './pod-network-rules.ts';
import type { Problem } from './problem.ts';
import { privateNetworkRules } from './private-network-rules.ts';
import { enoughAddresses, enoughPodNetworks } from './room.ts';
import { eachPool, type Before, type Rule } from './rule.ts';
import { changesOfRunningCluster } from './running-cluster.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** All rules that need more than one field, or the lock. */
export const rules: readonly Rule[] = [
  ...etcdRules,
  ...networkRules,
  roomForPods,
  poolNames,
  hostNames,
  placementGroups,
  ...architectureRules,
  ...privateNetworkRules,
  sshKeys,
  ...firewallRules,
  ...podNetworkRules,
  ...mountPathRules,
  ...cgroupRules,
  enoughAddresses,
  enoughPodNetworks,
  ...lockRules,
  ...changesOfRunningCluster,
];

/**
 * Everything that is wrong with the cluster as a whole. A rule that needs a field which is wrong itself says nothing; the other
 * rules go on.
 */
export function validateCluster(cluster: Parsed<ClusterConfig>, before: Before): Problem[] {
  return rules.flatMap((rule) => known(() => rule(cluster.value, cluster.source, before)) ?? []);
}

/** Masters that are not schedulable have a taint that ordinary pods do not tolerate. */
function roomForPods({ controlPlane, workers }: ClusterConfig, source: Source): Problem[] {
  if (controlPlane.schedulable !== false || workers.length > 0) return [];
  return [
    problemAt(
      source,
      ['controlPlane', 'schedulable'],
      'no node could run an ordinary pod: there are no workers, and the masters are closed to them',
      'Add workers, or remove schedulable',
    ),
  ];
}

function poolNames(config: ClusterConfig, source: Source): Problem[] {
  const names = [...config.workers.keys()].map((index) => known(() => config.workers[index]?.name));
  return eachPool(config, ({ name }, index) =>
    names.indexOf(name) < index
      ? [
          problemAt(
            source,
            ['workers', index, 'name'],
            `the pool name "${name}" is used twice`,
            'Give every pool a name of its own',
          ),
        ]
      : [],
  );
}

/** 63 characters is the limit of a host name's label (RFC 1123, section 2.1). */
function hostNames(config: ClusterConfig, source: Source): Problem[] {
  return eachPool(config, (pool, index) => {
    const name = nodeName(config.name, pool.name, pool.count);
    if (name.length <= 63) return [];
    return [
      problemAt(
        source,
        ['workers', index, 'name'],
        `makes the host name ${name}, which is longer than 63 characters`,
        'Choose a shorter name',
      ),
    ];
  });
}

function placementGroups(config: ClusterConfig, source: Source): Problem[] {
  const { controlPlane, etcd, workers } = config;
  const groups = (nodes: number) => Math.ceil(nodes / PLACEMENT_GROUP_LIMIT);
  // A number that is wrong counts as none: the others may be too many all the same.
  const fixed =
    (known(() => groups(controlPlane.count)) ?? 0) +
    (known(() => (etcd.placement === 'isolated' ? groups(etcd.count) : 0)) ?? 0);
  const pools = [...workers.keys()].map((index) => {
    const needed = known(() => {
      const pool = workers[index];
      return pool?.placementGroups === true ? groups(pool.count) : 0;
    });
    return needed ?? 0;
  });
  const needed = pools.reduce((sum, pool) => sum + pool, fixed);
  if (needed <= PROJECT_PLACEMENT_GROUPS) return [];
  const largest = pools.indexOf(Math.max(...pools));
  return [
    problemAt(
      source,
      ['workers', largest, 'count'],
      `the cluster would need ${needed} placement groups of ${PLACEMENT_GROUP_LIMIT} servers, and a Hetzner project has at most ${PROJECT_PLACEMENT_GROUPS}`,
      'Set placementGroups: false on the largest pools; their servers may then share physical machines',
    ),
  ];
}

function sshKeys({ ssh }: ClusterConfig, source: Source): Problem[] {
  if (ssh.publicKeys.length + ssh.projectKeys.length > 0) return [];
  return [
    problemAt(
      source,
      ['ssh'],
      'nobody could log in: there is no key',
      'Put the line of a .pub file into ssh.publicKeys, or the name of a key of the project into ssh.projectKeys',
    ),
  ];
}
