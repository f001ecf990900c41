import { architectureOf } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { firewallRules } from './firewall-rules.ts';
import type { ClusterLock } from './lock.ts';
import { lockRules } from './lock-rules.ts';
import { mountPathRules } from './mount-path-rules.ts';
import { nodeName, PLACEMENT_GROUP_LIMIT, PROJECT_PLACEMENT_GROUPS } from './names.ts';
import type { Parsed } from './parse.ts';
import type { Problem } from './problem.ts';
import { privateNetworkRules } from './private-network-rules.ts';
import { enoughAddresses, enoughPodNetworks, nodesAskedFor } from './room.ts';
import { eachPool, type Rule } from './rule.ts';
import { changesOfRunningCluster } from './running-cluster.ts';
import type { ClusterConfig, WorkerPool } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

const rules: readonly Rule[] = [
  etcdQuorum,
  etcdElection,
  overlappingNetworks,
  specialNetworks,
  serviceNetworkSize,
  poolNames,
  hostNames,
  placementGroups,
  mixedArchitectures,
  imagesOfOneArchitecture,
  ...privateNetworkRules,
  sshKeys,
  ...firewallRules,
  ...mountPathRules,
  calicoWithoutTypha,
  enoughAddresses,
  enoughPodNetworks,
  ...lockRules,
  ...changesOfRunningCluster,
];

/**
 * Everything that is wrong with the cluster as a whole. A rule that needs a field which is wrong itself says nothing; the other
 * rules go on.
 */
export function validateCluster(cluster: Parsed<ClusterConfig>, lock: Parsed<ClusterLock>): Problem[] {
  return rules.flatMap((rule) => known(() => rule(cluster.value, cluster.source, lock)) ?? []);
}

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

const networks = ['nodeCidr', 'podCidr', 'serviceCidr'] as const;

function overlappingNetworks({ network }: ClusterConfig, source: Source): Problem[] {
  const texts: readonly (readonly [name: string, cidr: string | undefined])[] = [
    ...networks.map((name) => [name, known(() => network[name])] as const),
    [
      'privateCidr',
      known(() => (network.transport === 'private' ? network.privateCidr : undefined)),
    ] as const,
  ];
  return texts.flatMap(([name, text = ''], index) =>
    texts.slice(0, index).flatMap(([other, otherText = '']) => {
      const [one, two] = [parseCidr(text), parseCidr(otherText)];
      if (!one || !two || !overlaps(one, two)) return [];
      return [
        problemAt(
          source,
          ['network', name],
          `${text} overlaps network.${other} (${otherText})`,
          'Choose networks that do not overlap',
        ),
      ];
    }),
  );
}

/**
 * Addresses that mean something else to every host (https://www.iana.org/assignments/iana-ipv4-special-registry/), and the one
 * that Hetzner's servers have as their gateway (https://docs.hetzner.cloud/reference/cloud#networks).
 */
const SPECIAL = {
  '0.0.0.0/8': '“this network”',
  '127.0.0.0/8': 'a host’s own',
  '169.254.0.0/16': 'link-local; Hetzner’s servers ask there for their metadata',
  '172.31.1.1/32': 'the gateway of Hetzner’s servers',
  '224.0.0.0/4': 'multicast',
  '240.0.0.0/4': 'reserved',
};

function specialNetworks({ network }: ClusterConfig, source: Source): Problem[] {
  return networks.flatMap((name) => {
    const cidr = known(() => parseCidr(network[name]));
    const [special, what] =
      Object.entries(SPECIAL).find(([text]) => {
        const other = parseCidr(text);
        return cidr !== undefined && other !== undefined && overlaps(cidr, other);
      }) ?? [];
    if (special === undefined) return [];
    return [
      problemAt(
        source,
        ['network', name],
        `${network[name]} has addresses of ${special}: ${what}`,
        'Choose a private network, for example one of 10.0.0.0/8',
      ),
    ];
  });
}

/**
 * kubeadm gives the cluster's DNS the tenth address, and neither it nor the API server takes more than 20 bits
 * (https://github.com/kubernetes/kubernetes/blob/v1.35.8/cmd/kubeadm/app/constants/constants.go#L252-L260).
 */
const SERVICE_PREFIXES = { min: 12, max: 28 };

function serviceNetworkSize({ network }: ClusterConfig, source: Source): Problem[] {
  const { min, max } = SERVICE_PREFIXES;
  const prefix = parseCidr(network.serviceCidr)?.prefix ?? min;
  if (prefix >= min && prefix <= max) return [];
  return [
    problemAt(
      source,
      ['network', 'serviceCidr'],
      `${network.serviceCidr} is too ${prefix > max ? 'small' : 'large'} for Services`,
      `Use a prefix length from /${min} to /${max}`,
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

/** Types of one list replace each other, and with them the release files and the image would have to change. */
function mixedArchitectures(config: ClusterConfig, source: Source): Problem[] {
  const { controlPlane, etcd } = config;
  const mixed = (types: readonly string[], path: readonly PropertyKey[]) => {
    const [first = ''] = types;
    const other = types.find((type) => architectureOf(type) !== architectureOf(first));
    if (other === undefined) return [];
    return [
      problemAt(
        source,
        path,
        `${first} and ${other} have different architectures (${architectureOf(first)}, ${architectureOf(other)})`,
        'Keep to one architecture in a list; another one belongs in a pool of its own',
      ),
    ];
  };
  return [
    known(() => mixed(controlPlane.serverType, ['controlPlane', 'serverType'])) ?? [],
    known(() => (etcd.placement === 'isolated' ? mixed(etcd.serverType, ['etcd', 'serverType']) : [])) ?? [],
    eachPool(config, ({ serverType }, index) => mixed(serverType, ['workers', index, 'serverType'])),
  ].flat();
}

/** An image by its number: a snapshot, which was taken of a server of one architecture. By name, Hetzner has its own for both. */
const SNAPSHOT = /^[0-9]+$/;

/** Hetzner finds the image of a server by name and architecture; a number leaves it no choice. */
function imagesOfOneArchitecture(config: ClusterConfig, source: Source): Problem[] {
  const { controlPlane, etcd, workers } = config;
  const userOf = (
    path: readonly PropertyKey[],
    image: string,
    what: string,
    serverTypes: readonly string[],
  ) => ({ path, image, what, architecture: architectureOf(serverTypes[0] as string) });
  const users = [
    known(() => userOf(['image'], config.image, 'masters', controlPlane.serverType)),
    known(() =>
      etcd.placement === 'isolated'
        ? userOf(['image'], config.image, 'etcd machines', etcd.serverType)
        : undefined,
    ),
    ...[...workers.keys()].map((index) =>
      known(() => {
        const pool = workers[index] as WorkerPool;
        const path = pool.image === undefined ? ['image'] : ['workers', index, 'image'];
        return userOf(path, pool.image ?? config.image, `workers of pool ${pool.name}`, pool.serverType);
      }),
    ),
  ].filter((user) => user !== undefined);
  return users
    .filter((user) => SNAPSHOT.test(user.image))
    .flatMap(({ path, image: number, what, architecture }) => {
      const first = users.find((user) => user.image === number);
      if (first === undefined || first.architecture === architecture) return [];
      return [
        problemAt(
          source,
          path,
          `the image ${number} has one architecture, and it is for ${first.what} (${first.architecture}) and for ${what} (${architecture})`,
          'Name an image that Hetzner has for both, such as debian-12, or give each architecture an image of its own',
        ),
      ];
    });
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

/** "Above 100 nodes it is essential" (https://github.com/projectcalico/calico/blob/v3.32.1/manifests/calico-typha.yaml). */
const NODES_WITHOUT_TYPHA = 100;

/** Each node of Calico watches the API by itself, unless Typha stands in between, which its plain manifest does not have. */
function calicoWithoutTypha(config: ClusterConfig, source: Source): Problem[] {
  if (config.network.cni !== 'calico') return [];
  const nodes = nodesAskedFor(config)
    .filter(({ role }) => role !== 'etcd')
    .reduce((sum, { count }) => sum + count, 0);
  if (nodes <= NODES_WITHOUT_TYPHA) return [];
  return [
    problemAt(
      source,
      ['network', 'cni'],
      `${nodes} masters and workers are too many for Calico without Typha, which this version of kubehaus does not install`,
      `Use at most ${NODES_WITHOUT_TYPHA}, or another pod network if the cluster was never brought up`,
    ),
  ];
}
