import { overlaps, parseCidr } from './cidr.ts';
import { nodeName } from './names.ts';
import { problemAt, type Source } from './parse.ts';
import type { Problem } from './problem.ts';
import type { ClusterConfig } from './schema.ts';

/** Rules that need more than one field. Each problem has the path of the field that the user would change. */
export function validateCluster(config: ClusterConfig, source: Source): Problem[] {
  return [
    ...etcdQuorum(config, source),
    ...overlappingNetworks(config, source),
    ...poolNames(config, source),
  ];
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
