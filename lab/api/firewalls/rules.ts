import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Rule } from './record.ts';

/** A network in CIDR notation whose host bits are empty, written in its shortest form; undefined when it is none. */
export function canonicalCidr(text: string): string | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text);
  return network.toString() === address.toString() ? `${address.toString()}/${length}` : undefined;
}

const Cidr = z.string().transform((text, context) => {
  const cidr = canonicalCidr(text);
  if (cidr !== undefined) return cidr;
  context.addIssue(`'${text}' is not a network in CIDR notation with empty host bits`);
  return z.NEVER;
});

/** `80`, `80-85` or `any`. */
function isPort(port: string): boolean {
  if (port === 'any') return true;
  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(port);
  if (!range) return false;
  const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
  return first >= 1 && first <= last && last <= 65535;
}

const has = (port: string | null | undefined) => port !== undefined && port !== null && port !== '';

/** A rule as it is asked for (https://docs.hetzner.cloud/reference/cloud#tag/firewalls). */
export const RuleRequest = z
  .object({
    direction: z.enum(['in', 'out']),
    protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
    port: z.string().nullish(),
    source_ips: z.array(Cidr).max(100).default([]),
    destination_ips: z.array(Cidr).max(100).default([]),
    description: z.string().max(255).nullish(),
  })
  .check(({ value: rule, issues }) => {
    const issue = (path: string, message: string) =>
      issues.push({ code: 'custom', input: rule, path: [path], message });
    const withPort = rule.protocol === 'tcp' || rule.protocol === 'udp';
    if (withPort && !(has(rule.port) && isPort(rule.port ?? ''))) issue('port', 'must be a port or a range');
    if (!withPort && has(rule.port)) issue('port', `is not for ${rule.protocol}`);
    if (rule.direction === 'in' && rule.source_ips.length === 0) issue('source_ips', 'must not be empty');
    if (rule.direction === 'out' && rule.destination_ips.length === 0)
      issue('destination_ips', 'must not be empty');
  })
  .transform((rule): Rule => ({
    ...rule,
    port: rule.port ? rule.port : null,
    description: rule.description ? rule.description : null,
  }));
