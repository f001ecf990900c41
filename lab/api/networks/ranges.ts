import ipaddr from 'ipaddr.js';
import { canonicalCidr } from '../firewalls/rules.ts';

interface Range {
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

const numberOf = (address: ipaddr.IPv4): number =>
  address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** The addresses of an IPv4 network in CIDR notation; undefined when it is none. */
export function rangeOf(cidr: string): Range | undefined {
  if (cidr.includes(':') || canonicalCidr(cidr) !== cidr) return undefined;
  const [address, length] = ipaddr.IPv4.parseCIDR(cidr);
  const first = numberOf(address);
  return { first, last: first + 2 ** (32 - length) - 1, length };
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

export const contains = (outer: string, inner: string): boolean => {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a !== undefined && b !== undefined && a.first <= b.first && b.last <= a.last;
};

export const overlaps = (one: string, other: string): boolean => {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
};

/** Networks are out of RFC 1918, and at least a /24 (https://docs.hetzner.cloud/reference/cloud#networks-create-a-network). */
export const isPrivateRange = (cidr: string): boolean =>
  privateRanges.some((range) => contains(range, cidr)) && (rangeOf(cidr)?.length ?? 32) <= 24;

/** The gateway of a network is its first address. */
export const gatewayOf = (cidr: string): string => textOf((rangeOf(cidr)?.first ?? 0) + 1);

/** The addresses of a subnet that servers can have, ascending: not its own one and not the broadcast address. */
export function* hostsOf(cidr: string): Generator<string> {
  const range = rangeOf(cidr);
  if (!range) return;
  for (let address = range.first + 1; address < range.last; address++) yield textOf(address);
}

/** Whether a server can have this address of a subnet. */
export function isHostOf(cidr: string, ip: string): boolean {
  const [range, address] = [rangeOf(cidr), rangeOf(`${ip}/32`)];
  return (
    range !== undefined && address !== undefined && range.first < address.first && address.first < range.last
  );
}

/** Orders ranges by their first address. */
export const byFirst = (one: string, other: string): number =>
  (rangeOf(one)?.first ?? 0) - (rangeOf(other)?.first ?? 0);

/** The first /24 of a network that none of the others touches. */
export function firstFree24(network: string, taken: readonly string[]): string | undefined {
  const range = rangeOf(network);
  if (!range) return undefined;
  for (let first = range.first; first + 255 <= range.last; first += 256) {
    const candidate = `${textOf(first)}/24`;
    if (!taken.some((cidr) => overlaps(cidr, candidate))) return candidate;
  }
  return undefined;
}
