import { z } from 'zod';
import { podNetworks } from '../catalog.ts';
import { cidr } from './values.ts';

export const network = z.strictObject({
  nodeCidr: cidr.default('10.0.1.0/24').describe('Addresses of the nodes in the WireGuard mesh.'),
  podCidr: cidr.default('10.244.0.0/16').describe('Addresses of pods; every node gets a /24 of it.'),
  serviceCidr: cidr.default('10.96.0.0/16').describe('Addresses of Services.'),
  wireguardPort: z.int().min(1).max(65535).default(51820).describe('UDP port of WireGuard.'),
  mtu: z
    .int()
    .min(1280)
    .max(8921)
    .default(1420)
    .describe('MTU of the mesh: 1500 less WireGuard’s 80 bytes over IPv6 (wg-quick(8) subtracts the same).'),
  cni: z
    .enum(podNetworks)
    .default('native')
    .describe(
      'Pod network. native: the mesh itself routes pods, without a daemon. cilium, calico and flannel are installed from their own releases; cilium and calico enforce NetworkPolicy, native and flannel do not. With each of them packets between nodes stay inside the mesh. A running cluster keeps its pod network.',
    ),
});
