import { z } from 'zod';
import { podNetworks } from '../catalog.ts';
import { contains, parseCidr } from '../cidr.ts';
import { cidr, remedied } from './values.ts';

/** Settings that do not depend on what carries the mesh. */
const networkSettings = {
  nodeCidr: cidr.default('10.0.1.0/24').describe('Addresses of the nodes in the WireGuard mesh.'),
  podCidr: cidr.default('10.244.0.0/16').describe('Addresses of pods; every node gets a /24 of it.'),
  serviceCidr: cidr.default('10.96.0.0/16').describe('Addresses of Services.'),
  wireguardPort: z.int().min(1).max(65535).default(51820).describe('UDP port of WireGuard.'),
  cni: z
    .enum(podNetworks)
    .default('native')
    .describe(
      'Pod network. native: the mesh itself routes pods, without a daemon. cilium, calico and flannel are installed from their own releases; cilium and calico enforce NetworkPolicy, native and flannel do not. With each of them packets between nodes stay inside the mesh. native is what every test of kubehaus runs on; of the others the manifests were tried on a real API server, and their pods were not. A running cluster keeps its pod network.',
    ),
};

/** MTU of Ethernet, and of Hetzner's private networks (https://docs.hetzner.com/networking/networks/technical-concepts/architecture). */
const PUBLIC_MTU = 1500;
const PRIVATE_MTU = 1450;

/** What wg-quick(8) leaves for WireGuard's own headers. */
const WIREGUARD_BYTES = 80;

/** MTU of a mesh whose packets go through what `carrier` names; at most, and without a word, what fits. */
function meshMtu(carrier: string, carrierMtu: number) {
  const most = carrierMtu - WIREGUARD_BYTES;
  return z
    .int()
    .min(1280)
    .refine((mtu) => mtu <= most, {
      error: (issue) =>
        `${String(issue.input)} does not fit through ${carrier}, whose own MTU is ${carrierMtu}`,
      ...remedied(`Use at most ${most}: ${carrierMtu} less WireGuard’s own ${WIREGUARD_BYTES} bytes`),
    })
    .default(most)
    .meta({
      maximum: most,
      description: `MTU of the mesh: what carries it has ${PUBLIC_MTU}, or ${PRIVATE_MTU} in a private network, less WireGuard’s ${WIREGUARD_BYTES} bytes over IPv6 (wg-quick(8) subtracts the same).`,
    });
}

const publicTransport = z.strictObject({
  transport: z
    .literal('public')
    .default('public')
    .describe('WireGuard’s packets go from one public address to another.'),
  ...networkSettings,
  mtu: meshMtu('Hetzner’s public network', PUBLIC_MTU),
});

/** Of these a private network must be (https://docs.hetzner.cloud/reference/cloud#networks-create-a-network). */
const RFC_1918 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** A network that Hetzner takes for a private one: at least a /24. What else it may not be is in network-rules.ts. */
const privateCidr = cidr
  .refine((text) => (parseCidr(text)?.prefix ?? 0) <= 24, {
    error: (issue) => `${String(issue.input)} is smaller than the smallest private network at Hetzner, a /24`,
    ...remedied('Use a /24, which has room for all 100 servers that Hetzner takes, or a larger network'),
  })
  .refine((text) => isPrivate(text), {
    error: (issue) => `${String(issue.input)} is not within the networks for private use (RFC 1918)`,
    ...remedied(`Choose a part of ${RFC_1918.join(', ')}`),
  });

const privateTransport = z.strictObject({
  transport: z
    .literal('private')
    .describe(
      'WireGuard’s packets go through a Hetzner private network of the cluster’s own; SSH and the way to the internet stay on the public addresses.',
    ),
  ...networkSettings,
  privateCidr: privateCidr
    .default('10.64.0.0/24')
    .describe(
      'Addresses of the servers in the private network. A node’s is the one 100 places after its place in nodeCidr.',
    ),
  mtu: meshMtu('a Hetzner private network', PRIVATE_MTU),
});

export const network = z.discriminatedUnion('transport', [publicTransport, privateTransport]);

function isPrivate(text: string): boolean {
  const inner = parseCidr(text);
  return RFC_1918.some((network) => {
    const outer = parseCidr(network);
    return inner !== undefined && outer !== undefined && contains(outer, inner);
  });
}
