import { sizeOf, type Cidr } from './cidr.ts';
import type { NodeRole } from './names.ts';

/** Prefix length of a node's share of the pod network: 254 pods, above the kubelet's default limit of 110. */
export const POD_PREFIX = 24;

/** How many nodes a pod network has room for. */
export function podNetworksIn(podCidr: Cidr): number {
  return Math.floor(sizeOf(podCidr) / 2 ** (32 - POD_PREFIX));
}

/** kubeadm's bindPort, on which every master's API server listens. */
export const API_PORT = 6443;

/** First offset of each role in the mesh network, as in hetzner-kube: etcd .1, masters .11, workers .21. */
export const FIRST_OFFSET: Readonly<Record<NodeRole, number>> = { etcd: 1, 'control-plane': 11, worker: 21 };

/** How many nodes of a role the mesh network has room for: up to the next role's first address, or the broadcast address. */
export function addressesIn(nodeCidr: Cidr, role: NodeRole): number {
  const end = { etcd: FIRST_OFFSET['control-plane'], 'control-plane': FIRST_OFFSET.worker, worker: Infinity };
  return Math.max(0, Math.min(end[role], sizeOf(nodeCidr) - 1) - FIRST_OFFSET[role]);
}
