import { overlaps, parseCidr, type Cidr } from './cidr.ts';
import type { Problem } from './problem.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** What the cluster's networks may be, by themselves and beside each other. */
export const networkRules: readonly Rule[] = [overlappingNetworks, specialNetworks, serviceNetworkSize];

/** The networks by their names in cluster.yaml; one that is wrong itself, or is not used, is left out. */
function networksOf({ network }: ClusterConfig): (readonly [name: string, text: string, cidr: Cidr])[] {
  const texts = {
    nodeCidr: known(() => network.nodeCidr),
    podCidr: known(() => network.podCidr),
    serviceCidr: known(() => network.serviceCidr),
    privateCidr: known(() => (network.transport === 'private' ? network.privateCidr : undefined)),
  };
  return Object.entries(texts).flatMap(([name, text]) => {
    const cidr = text === undefined ? undefined : parseCidr(text);
    return text === undefined || cidr === undefined ? [] : [[name, text, cidr] as const];
  });
}

function overlappingNetworks(config: ClusterConfig, source: Source): Problem[] {
  const networks = networksOf(config);
  return networks.flatMap(([name, text, cidr], index) =>
    networks
      .slice(0, index)
      .filter(([, , other]) => overlaps(cidr, other))
      .map(([other, otherText]) =>
        problemAt(
          source,
          ['network', name],
          `${text} overlaps network.${other} (${otherText})`,
          'Choose networks that do not overlap',
        ),
      ),
  );
}

/**
 * Addresses that mean something else to every host (https://www.iana.org/assignments/iana-ipv4-special-registry/), and the one
 * that Hetzner's servers have as their gateway (https://docs.hetzner.cloud/reference/cloud#networks).
 */
const SPECIAL = Object.entries({
  '0.0.0.0/8': '“this network”',
  '127.0.0.0/8': 'a host’s own',
  '169.254.0.0/16': 'link-local; Hetzner’s servers ask there for their metadata',
  '172.31.1.1/32': 'the gateway of Hetzner’s servers',
  '224.0.0.0/4': 'multicast',
  '240.0.0.0/4': 'reserved',
}).map(([text, what]) => ({ text, cidr: parseCidr(text) as Cidr, what }));

function specialNetworks(config: ClusterConfig, source: Source): Problem[] {
  return networksOf(config).flatMap(([name, text, cidr]) => {
    const special = SPECIAL.find((one) => overlaps(cidr, one.cidr));
    if (special === undefined) return [];
    return [
      problemAt(
        source,
        ['network', name],
        `${text} has addresses of ${special.text}: ${special.what}`,
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
