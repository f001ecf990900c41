import { overlaps, parseCidr } from './cidr.ts';
import type { Problem } from './problem.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** What the cluster's networks may be, by themselves and beside each other. */
export const networkRules: readonly Rule[] = [overlappingNetworks, specialNetworks, serviceNetworkSize];

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
