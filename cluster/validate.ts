import { architectureOf } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { nodeName, PLACEMENT_GROUP_LIMIT, PROJECT_PLACEMENT_GROUPS } from './names.ts';
import { problemAt, type Source } from './parse.ts';
import type { Problem } from './problem.ts';
import type { ClusterConfig } from './schema.ts';

/** A rule that needs more than one field. Each problem has the path of the field that the user would change. */
type Rule = (config: ClusterConfig, source: Source) => Problem[];

const rules: readonly Rule[] = [
  etcdQuorum,
  overlappingNetworks,
  poolNames,
  placementGroups,
  mixedArchitectures,
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
  const names = ['nodeCidr', 'podCidr', 'serviceCidr'] as const;
  return names.flatMap((name, index) =>
    names.slice(0, index).flatMap((other) => {
      const [one, two] = [parseCidr(config.network[name]), parseCidr(config.network[other])];
      if (!one || !two || !overlaps(one, two)) return [];
      return [
        problemAt(
          source,
          ['network', name],
          `${config.network[name]} overlaps network.${other} (${config.network[other]})`,
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

function placementGroups(config: ClusterConfig, source: Source): Problem[] {
  const groups = (nodes: number) => Math.ceil(nodes / PLACEMENT_GROUP_LIMIT);
  const fixed =
    groups(config.controlPlane.count) +
    (config.etcd.placement === 'isolated' ? groups(config.etcd.count) : 0);
  const pools = config.workers.map(({ count, placementGroups: wanted }) => (wanted ? groups(count) : 0));
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

/** A rule for a port that kubehaus opens itself would be a second answer to who may come in. */
function rulesOfTheFirewall(config: ClusterConfig, source: Source): Problem[] {
  const { ssh, network, firewall } = config;
  const own = [
    { protocol: 'tcp', port: String(ssh.port), instead: 'ssh.allowedCidrs says who may come in' },
    { protocol: 'udp', port: String(network.wireguardPort), instead: 'all may come in' },
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
