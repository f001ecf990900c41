import { addressAt, offsetIn, type Cidr } from './cidr.ts';
import type { ClusterConfig } from './schema.ts';
import type { Location } from './schema/values.ts';

/** Locations that one private network can span (https://docs.hetzner.com/cloud/networks/faq/). */
export type NetworkZone = 'eu-central' | 'us-east' | 'us-west' | 'ap-southeast';

const zones: Readonly<Record<Location, NetworkZone>> = {
  fsn1: 'eu-central',
  nbg1: 'eu-central',
  hel1: 'eu-central',
  ash: 'us-east',
  hil: 'us-west',
  sin: 'ap-southeast',
};

export function zoneOf(location: Location): NetworkZone {
  return zones[location];
}

/** A Hetzner private network of the cluster's own. */
export interface PrivateNetwork {
  readonly cidr: string;
  readonly zone: NetworkZone;
}

/** The private network is where the first master is; all others are in the same zone (private-network-rules.ts). */
export function privateNetworkOf({
  network,
  controlPlane,
  locations,
}: ClusterConfig): PrivateNetwork | undefined {
  if (network.transport !== 'private') return undefined;
  return {
    cidr: network.privateCidr,
    zone: zoneOf((controlPlane.locations ?? locations)[0] as Location),
  };
}

/** Servers that Hetzner attaches to one private network (https://docs.hetzner.com/cloud/networks/overview/). */
export const SERVERS_PER_NETWORK = 100;

/** How far a private address lies behind the node's place in the mesh. */
const SHIFT = 100;

/**
 * The private address of a node: 10.0.1.11 in the mesh 10.0.1.0/24 is 10.64.0.111 in 10.64.0.0/24. It follows from the mesh
 * address, which the lock keeps, so it is nothing to keep for itself.
 *
 * The same place in both networks would not do: Hetzner keeps a network's first address for its gateway, beside the network's and
 * the broadcast address (https://docs.hetzner.com/cloud/networks/faq/), and the first etcd machine has the mesh's. With at most
 * 100 servers, of which workers begin at 21, no place is above 221, so that a /24 has room for all.
 */
export function privateAddress(address: string, nodeCidr: Cidr, privateCidr: Cidr): string {
  return addressAt(privateCidr, SHIFT + (offsetIn(nodeCidr, address) ?? 0));
}
