import { POD_PREFIX } from './addresses.ts';
import { contains, offsetIn, parseCidr, sizeOf } from './cidr.ts';
import type { NodeLock } from './lock.ts';
import type { Rule } from './rule.ts';
import { problemAt } from './source.ts';
import { known } from './unreadable.ts';

/** Two branches may each have added a node, and Git have put both into the lock. */
const nothingTwice: Rule = (_config, _source, { value: lock, source }) => {
  const names = Object.keys(lock.nodes);
  return (
    [
      ['address', (node) => node.address],
      ['pod network', (node) => node.podCidr],
    ] satisfies [string, (node: NodeLock) => string | undefined][]
  ).flatMap(([what, value]) => {
    const owners = new Map<string, string>();
    return names.flatMap((name) => {
      const own = known(() => value(lock.nodes[name] as NodeLock));
      if (own === undefined) return [];
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
};

const EDITED = 'Restore the file from version control; it is not meant to be edited';

const addressesOfTheNetwork: Rule = (config, _source, { value: lock, source }) => {
  const nodeCidr = lock.network?.nodeCidr ?? config.network.nodeCidr;
  const cidr = parseCidr(nodeCidr);
  if (cidr === undefined) return [];
  return Object.keys(lock.nodes).flatMap((name) => {
    const address = known(() => lock.nodes[name]?.address);
    if (address === undefined) return [];
    const offset = offsetIn(cidr, address) ?? 0;
    if (offset > 0 && offset < sizeOf(cidr) - 1) return [];
    return [
      problemAt(
        source,
        ['nodes', name, 'address'],
        `${address} is no address for a node of ${nodeCidr}`,
        EDITED,
      ),
    ];
  });
};

const podNetworksOfTheNetwork: Rule = (config, _source, { value: lock, source }) => {
  const podCidr = lock.network?.podCidr ?? config.network.podCidr;
  const cidr = parseCidr(podCidr);
  if (cidr === undefined) return [];
  return Object.keys(lock.nodes).flatMap((name) => {
    const text = known(() => lock.nodes[name]?.podCidr);
    if (text === undefined) return [];
    const own = parseCidr(text);
    if (own?.prefix === POD_PREFIX && contains(cidr, own)) return [];
    return [
      problemAt(
        source,
        ['nodes', name, 'podCidr'],
        `${text} is no /${POD_PREFIX} network of ${podCidr}`,
        EDITED,
      ),
    ];
  });
};

/** What must hold of cluster.lock.yaml by itself; it can break where branches meet, or by hand. */
export const lockRules: readonly Rule[] = [nothingTwice, addressesOfTheNetwork, podNetworksOfTheNetwork];
