import type { PrivateNic } from '../../hosts/machines.ts';
import { locations } from '../catalog/locations.ts';
import { ApiError, limitExceeded } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';
import type { ServerRecord } from '../servers/record.ts';
import type { State } from '../state/state.ts';
import { byFirst, gatewayOf, hostsOf, isHostOf, overlaps } from './ranges.ts';
import type { NetworkRecord } from './record.ts';

/** What a client asks of an attachment. */
export interface Wish {
  readonly ip?: string | undefined;
  readonly ip_range?: string | undefined;
}

/** Networks that a server is attached to, with its address in each. */
export const networksOf = (state: State, server: number) =>
  state.networks.flatMap((network) =>
    network.attachments.flatMap(({ server: id, ip }) => (id === server ? [{ network, ip }] : [])),
  );

/** Begins as Hetzner's do, and differs by network and server. */
export function macAddress(network: number, server: number): string {
  const digits = [network, server].map((id) => (id % 2 ** 16).toString(16).padStart(4, '0')).join('');
  return `86:00:${digits.match(/../g)?.join(':') ?? ''}`;
}

/** What the machine of a server has to have. */
export const nicsOf = (state: State, server: number): PrivateNic[] =>
  networksOf(state, server).map(({ network, ip }) => ({
    network: network.id,
    mac: macAddress(network.id, server),
    ip,
    range: network.ip_range,
    gateway: gatewayOf(network.ip_range),
  }));

/**
 * The address that a server gets: the one it asks for, or the lowest free one of the last subnet. Subnets of other zones than
 * the server's are none to it. Throws the errors of `attach_to_network`.
 */
function addressFor(network: NetworkRecord, server: ServerRecord, { ip, ip_range }: Wish): string {
  const zone = locations.find(({ name }) => name === server.location)?.network_zone;
  const subnets = network.subnets
    .filter((subnet) => subnet.network_zone === zone && (ip_range ?? subnet.ip_range) === subnet.ip_range)
    .map((subnet) => subnet.ip_range)
    .sort(byFirst);
  const wanted = ip === undefined ? subnets.slice(-1) : subnets;
  if (wanted.length === 0) throw new ApiError('no_subnet_available', 'no subnet available for the server');
  // What is reserved: https://docs.hetzner.com/cloud/networks/faq/
  const taken = [gatewayOf(network.ip_range), '172.31.1.1', ...network.attachments.map((other) => other.ip)];
  const isFree = (address: string) => !taken.includes(address);
  if (ip === undefined) {
    for (const subnet of wanted) for (const address of hostsOf(subnet)) if (isFree(address)) return address;
    throw new ApiError('no_subnet_available', 'no IP available in the subnet');
  }
  if (!isFree(ip) || !wanted.some((subnet) => isHostOf(subnet, ip)))
    throw new ApiError('ip_not_available', 'provided IP is not available');
  return ip;
}

/** Attaches a server in the state; its machine follows by a job. Throws the errors of `attach_to_network`. */
export function attach(
  draft: State,
  network: NetworkRecord,
  server: ServerRecord,
  wish: Wish,
  limits: Limits,
): void {
  const others = networksOf(draft, server.id).map((other) => other.network);
  if (others.includes(network))
    throw new ApiError('server_already_attached', 'server is already attached to the network');
  if (others.some((other) => overlaps(other.ip_range, network.ip_range)))
    throw new ApiError('networks_overlap', 'network overlaps with another network of the server');
  if (network.attachments.length >= limits.serversPerNetwork)
    throw limitExceeded('server limit of the network exceeded', 'network_server_limit');
  network.attachments.push({ server: server.id, ip: addressFor(network, server, wish) });
}

/** Takes a server out of a network in the state; its machine follows by a job. */
export function detach(network: NetworkRecord, server: number): void {
  network.attachments = network.attachments.filter((attachment) => attachment.server !== server);
}
