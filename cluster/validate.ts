import { architectureOf } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { nodeName, PLACEMENT_GROUP_LIMIT } from './names.ts';
import { problemAt, type Source } from './parse.ts';
import { SERVERS_PER_NETWORK, zoneOf } from './private-network.ts';
import type { Problem } from './problem.ts';
import type { ClusterConfig } from './schema.ts';
import type { Location } from './schema/values.ts';

/** A rule that needs more than one field. Each problem has the path of the field that the user would change. */
type Rule = (config: ClusterConfig, source: Source) => Problem[];

const rules: readonly Rule[] = [
  etcdQuorum,
  overlappingNetworks,
  poolNames,
  placementGroups,
  mixedArchitectures,
  imagesOfOneArchitecture,
  oneNetworkZone,
  serversOfOneNetwork,
  rulesOfTheFirewall,
];

/** Everything that is wrong with the cluster as a whole. */
export function validateCluster(config: ClusterConfig, source: Source): Problem[] {
  return rules.flatMap((rule) => rule(config, source));
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

function overlappingNetworks(config: ClusterConfig, source: Source): Problem[] {
  const { nodeCidr, podCidr, serviceCidr } = config.network;
  const networks = Object.entries({
    nodeCidr,
    podCidr,
    serviceCidr,
    ...(config.network.transport === 'private' ? { privateCidr: config.network.privateCidr } : {}),
  });
  return networks.flatMap(([name, cidr], index) =>
    networks.slice(0, index).flatMap(([other, otherCidr]) => {
      const [one, two] = [parseCidr(cidr), parseCidr(otherCidr)];
      if (!one || !two || !overlaps(one, two)) return [];
      return [
        problemAt(
          source,
          ['network', name],
          `${cidr} overlaps network.${other} (${otherCidr})`,
          'Choose networks that do not overlap',
        ),
      ];
    }),
  );
}

function poolNames(config: ClusterConfig, source: Source): Problem[] {
  return config.workers.flatMap((pool, index) => {
    const first = config.workers.findIndex(({ name }) => name === pool.name);
    const duplicate =
      first < index
        ? [
            problemAt(
              source,
              ['workers', index, 'name'],
              `the pool name "${pool.name}" is used twice`,
              'Give every pool a name of its own',
            ),
          ]
        : [];
    // 63 characters is the limit of a host name's label (RFC 1123, section 2.1).
    const name = nodeName(config.name, pool.name, pool.count);
    const long =
      name.length > 63
        ? [
            problemAt(
              source,
              ['workers', index, 'name'],
              `makes the host name ${name}, which is longer than 63 characters`,
              'Choose a shorter name',
            ),
          ]
        : [];
    return [...duplicate, ...long];
  });
}

/** Placement groups of one project (https://docs.hetzner.com/cloud/placement-groups/overview/). */
const PLACEMENT_GROUPS = 50;

function placementGroups(config: ClusterConfig, source: Source): Problem[] {
  const groups = (nodes: number) => Math.ceil(nodes / PLACEMENT_GROUP_LIMIT);
  const fixed =
    groups(config.controlPlane.count) +
    (config.etcd.placement === 'isolated' ? groups(config.etcd.count) : 0);
  const pools = config.workers.map(({ count, placementGroups: wanted }) => (wanted ? groups(count) : 0));
  const needed = pools.reduce((sum, pool) => sum + pool, fixed);
  if (needed <= PLACEMENT_GROUPS) return [];
  const largest = pools.indexOf(Math.max(...pools));
  return [
    problemAt(
      source,
      ['workers', largest, 'count'],
      `the cluster would need ${needed} placement groups of ${PLACEMENT_GROUP_LIMIT} servers, and a Hetzner project has at most ${PLACEMENT_GROUPS}`,
      'Set placementGroups: false on the largest pools; their servers may then share physical machines',
    ),
  ];
}

/** Types of one list replace each other, and with them the release files and the image would have to change. */
function mixedArchitectures(config: ClusterConfig, source: Source): Problem[] {
  const lists: [PropertyKey[], readonly string[]][] = [
    [['controlPlane', 'serverType'], config.controlPlane.serverType],
    ...(config.etcd.placement === 'isolated'
      ? [[['etcd', 'serverType'], config.etcd.serverType] as [PropertyKey[], readonly string[]]]
      : []),
    ...config.workers.map(({ serverType }, index): [PropertyKey[], readonly string[]] => [
      ['workers', index, 'serverType'],
      serverType,
    ]),
  ];
  return lists.flatMap(([path, types]) => {
    const other = types.find((type) => architectureOf(type) !== architectureOf(types[0] as string));
    if (other === undefined) return [];
    return [
      problemAt(
        source,
        path,
        `${types[0]} and ${other} have different architectures (${architectureOf(types[0] as string)}, ${architectureOf(other)})`,
        'Keep to one architecture in a list; another one belongs in a pool of its own',
      ),
    ];
  });
}

/** An image by its number: a snapshot, which was taken of a server of one architecture. By name, Hetzner has its own for both. */
const SNAPSHOT = /^[0-9]+$/;

/** Hetzner finds the image of a server by name and architecture; a number leaves it no choice. */
function imagesOfOneArchitecture(config: ClusterConfig, source: Source): Problem[] {
  const { controlPlane, etcd, workers, image } = config;
  const users = [
    { path: ['image'], image, what: 'masters', serverTypes: controlPlane.serverType },
    ...(etcd.placement === 'isolated'
      ? [{ path: ['image'], image, what: 'etcd machines', serverTypes: etcd.serverType }]
      : []),
    ...workers.map((pool, index) => ({
      path: ['workers', index, 'image'],
      image: pool.image ?? image,
      what: `workers of pool ${pool.name}`,
      serverTypes: pool.serverType,
    })),
  ].map((user) => ({ ...user, architecture: architectureOf(user.serverTypes[0] as string) }));
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

/** A private network has the locations of one zone (https://docs.hetzner.com/cloud/networks/faq/). */
function oneNetworkZone(config: ClusterConfig, source: Source): Problem[] {
  if (config.network.transport !== 'private') return [];
  const { controlPlane, etcd, workers, locations } = config;
  const masters = controlPlane.locations ?? locations;
  const zone = zoneOf(masters[0] as Location);
  const lists = [
    { path: controlPlane.locations ? ['controlPlane', 'locations'] : ['locations'], used: masters },
    ...(etcd.placement === 'isolated'
      ? [{ path: etcd.locations ? ['etcd', 'locations'] : ['locations'], used: etcd.locations ?? locations }]
      : []),
    ...workers.map((pool, index) => ({
      path: pool.locations ? ['workers', index, 'locations'] : ['locations'],
      used: pool.locations ?? locations,
    })),
  ];
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
  const { controlPlane, etcd, workers } = config;
  const counts = [...workers, controlPlane, ...(etcd.placement === 'isolated' ? [etcd] : [])];
  const servers = counts.reduce((sum, { count }) => sum + count, 0);
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

/** A rule for a port that kubehaus opens itself would be a second answer to who may come in. */
function rulesOfTheFirewall(config: ClusterConfig, source: Source): Problem[] {
  const { ssh, network, firewall } = config;
  const own = [
    { protocol: 'tcp', port: String(ssh.port), instead: 'ssh.allowedCidrs says who may come in' },
    ...(network.transport === 'public'
      ? [{ protocol: 'udp', port: String(network.wireguardPort), instead: 'all may come in' }]
      : []),
  ];
  return firewall.rules.flatMap((rule, index) =>
    own
      .filter(({ protocol, port }) => rule.protocol === protocol && rule.port === port)
      .map(({ port, instead }) =>
        problemAt(
          source,
          ['firewall', 'rules', index, 'port'],
          `${rule.protocol} port ${port} has a rule of its own already`,
          `Remove this rule: ${instead}`,
        ),
      ),
  );
}
