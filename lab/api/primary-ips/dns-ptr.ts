import ipaddr from 'ipaddr.js';
import { invalidField } from '../errors.ts';
import { defaultDnsPtr } from './addresses.ts';
import type { PrimaryIpRecord } from './record.ts';

function contains(primaryIp: string, ip: string): boolean {
  if (!ipaddr.isValid(ip)) return false;
  return primaryIp.includes('/')
    ? ip.includes(':') && ipaddr.IPv6.parse(ip).match(ipaddr.IPv6.parseCIDR(primaryIp))
    : primaryIp === ip;
}

/**
 * Gives an address of a primary IP a reverse name; with null it gets its default back. Names are only kept: the lab
 * serves no DNS. Throws `invalid_input` for an address that is not the primary IP's.
 */
export function setDnsPtr(primaryIp: PrimaryIpRecord, ip: string, name: string | null): void {
  if (!contains(primaryIp.ip, ip)) throw invalidField('ip', 'does not belong to this resource');
  primaryIp.dns_ptr = [
    ...primaryIp.dns_ptr.filter((entry) => entry.ip !== ip),
    ...(name === null ? defaultDnsPtr(ip) : [{ ip, dns_ptr: name }]),
  ];
}
