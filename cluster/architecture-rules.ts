import { architectureOf } from './catalog.ts';
import type { Problem } from './problem.ts';
import { eachPool, type Rule } from './rule.ts';
import type { ClusterConfig, WorkerPool } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** What must be of one architecture, x86 or ARM. */
export const architectureRules: readonly Rule[] = [mixedArchitectures, imagesOfOneArchitecture];

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
