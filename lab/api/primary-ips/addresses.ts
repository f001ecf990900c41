import { limitExceeded } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';
import { newId, type State } from '../state/state.ts';
import type { PrimaryIpRecord } from './record.ts';

/** The lab's public IPv4 addresses: TEST-NET-3 (RFC 5737), from .10 on; those before are for whoever needs some. */
const ipv4 = { prefix: '203.0.113.', first: 10, last: 254 };

/** The lab's public IPv6 networks: one /64 a server out of the documentation's 2001:db8::/32 (RFC 3849). */
const ipv6 = { first: 1, last: 0xffff };

function lowestFree(
  taken: ReadonlySet<string>,
  first: number,
  last: number,
  write: (n: number) => string,
): string {
  for (let candidate = first; candidate <= last; candidate++) {
    const address = write(candidate);
    if (!taken.has(address)) return address;
  }
  throw limitExceeded('the lab has no public address left', 'primary_ip_limit');
}

/** The lowest address or network that nobody has. Throws `resource_limit_exceeded` when all are taken. */
export function freeAddress(state: State, type: PrimaryIpRecord['type']): string {
  const taken = new Set(state.primaryIps.map(({ ip }) => ip));
  return type === 'ipv4'
    ? lowestFree(taken, ipv4.first, ipv4.last, (last) => `${ipv4.prefix}${last}`)
    : lowestFree(taken, ipv6.first, ipv6.last, (n) => `2001:db8:${n.toString(16)}::/64`);
}

/** The name that an address has until somebody gives it another, in the form of Hetzner's. IPv6 has none. */
export const defaultDnsPtr = (ip: string): PrimaryIpRecord['dns_ptr'] =>
  ip.includes(':')
    ? []
    : [{ ip, dns_ptr: `static.${ip.split('.').reverse().join('.')}.clients.your-server.de` }];

/** Adds a primary IP with a free address. Throws `resource_limit_exceeded` when the project may have no more. */
export function addPrimaryIp(
  draft: State,
  wanted: Pick<
    PrimaryIpRecord,
    'type' | 'location' | 'labels' | 'auto_delete' | 'created' | 'assignee_id'
  > & {
    /** Named after its id when it has no name. */
    readonly name?: string;
  },
  { primaryIps: limit }: Pick<Limits, 'primaryIps'>,
): PrimaryIpRecord {
  if (draft.primaryIps.length >= limit) throw limitExceeded('Primary IP limit exceeded', 'primary_ip_limit');
  const id = newId(draft);
  const ip = freeAddress(draft, wanted.type);
  const record: PrimaryIpRecord = {
    name: `primary_ip-${id}`,
    ...wanted,
    id,
    ip,
    protection: { delete: false },
    dns_ptr: defaultDnsPtr(ip),
  };
  draft.primaryIps.push(record);
  return record;
}
