import { POD_PREFIX } from './addresses.ts';
import { contains, offsetIn, parseCidr, sizeOf } from './cidr.ts';
import type { ClusterLock, NodeLock } from './lock.ts';
import type { Problem } from './problem.ts';
import { eachOf, type Rule } from './rule.ts';
import { problemAt } from './source.ts';

/** What is wrong with one value of each node; a node that has none, or one that is wrong itself, is passed over. */
function eachNode(
  lock: ClusterLock,
  valueOf: (node: NodeLock) => string | undefined,
  check: (value: string, name: string) => Problem[],
): Problem[] {
  return eachOf(Object.keys(lock.nodes), (name) => {
    const value = valueOf(lock.nodes[name] as NodeLock);
    return value === undefined ? [] : check(value, name);
  });
}

/** Two branches may each have added a node, and Git have put both into the lock. */
const nothingTwice: Rule = (_config, _source, { value: lock, source }) =>
  (
    [
      ['address', (node) => node.address],
      ['pod network', (node) => node.podCidr],
    ] satisfies [string, (node: NodeLock) => string | undefined][]
  ).flatMap(([what, valueOf]) => {
    const owners = new Map<string, string>();
    return eachNode(lock, valueOf, (own, name) => {
      const other = owners.get(own);
      if (other === undefined) {
        owners.set(own, name);
        return [];
      }
      return [
        problemAt(
          source,
          ['nodes', name],
          `${name} and ${other} have the same ${what}, ${own}`,
          'Remove the entry of the node that does not exist yet, and render again; two branches may each have added one',
        ),
      ];
    });
  });

const EDITED = 'Restore the file from version control; it is not meant to be edited';

const addressesOfTheNetwork: Rule = (config, _source, { value: lock, source }) => {
  const nodeCidr = lock.network?.nodeCidr ?? config.network.nodeCidr;
  const cidr = parseCidr(nodeCidr);
  if (cidr === undefined) return [];
  return eachNode(
    lock,
    (node) => node.address,
    (address, name) => {
      const offset = offsetIn(cidr, address) ?? 0;
      if (offset > 0 && offset < sizeOf(cidr) - 1) return [];
      const message = `${address} is no address for a node of ${nodeCidr}`;
      return [problemAt(source, ['nodes', name, 'address'], message, EDITED)];
    },
  );
};

const podNetworksOfTheNetwork: Rule = (config, _source, { value: lock, source }) => {
  const podCidr = lock.network?.podCidr ?? config.network.podCidr;
  const cidr = parseCidr(podCidr);
  if (cidr === undefined) return [];
  return eachNode(
    lock,
    (node) => node.podCidr,
    (text, name) => {
      const own = parseCidr(text);
      if (own?.prefix === POD_PREFIX && contains(cidr, own)) return [];
      const message = `${text} is no /${POD_PREFIX} network of ${podCidr}`;
      return [problemAt(source, ['nodes', name, 'podCidr'], message, EDITED)];
    },
  );
};

/** What must hold of cluster.lock.yaml by itself; it can break where branches meet, or by hand. */
export const lockRules: readonly Rule[] = [nothingTwice, addressesOfTheNetwork, podNetworksOfTheNetwork];
