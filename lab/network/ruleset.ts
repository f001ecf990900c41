import { isIPv6 } from 'node:net';
import type { FirewallRule } from '../hosts/machines.ts';
import { wire } from '../names.ts';

/**
 * The nftables ruleset of a lab's control namespace, through which every packet from and to a host goes: each firewalled host's
 * wire gets what Hetzner's firewalls do. In: what no rule lets in is dropped. Out: what no rule lets out is dropped, but
 * without a rule for out all may. What answers to a connection that was let through passes, both ways. Hosts that are not
 * named are open. To be loaded as one transaction, in which it takes the place of what was before.
 */
export function ruleset(firewalls: ReadonlyMap<number, readonly FirewallRule[]>): string {
  const hosts = [...firewalls.keys()].sort((a, b) => a - b);
  const filtersOut = hosts.filter((id) => outbound(firewalls.get(id) ?? []).length > 0);
  const intoHosts = hosts.map((id) => `oifname "${wire(id)}" jump into-${wire(id)}`);
  const outOfHosts = filtersOut.map((id) => `iifname "${wire(id)}" jump out-of-${wire(id)}`);
  const table = [
    // In the order in which a packet between two hosts meets them: it must be let out, and then let in.
    ...chain('forward', [...hooked('forward'), ...outOfHosts, ...intoHosts]),
    ...chain('output', [...hooked('output'), ...intoHosts]),
    ...chain('input', [...hooked('input'), ...outOfHosts]),
    ...hosts.flatMap((id) =>
      chain(`into-${wire(id)}`, verdicts(inbound(firewalls.get(id) ?? []), 'saddr', 'accept')),
    ),
    ...filtersOut.flatMap((id) =>
      chain(`out-of-${wire(id)}`, verdicts(outbound(firewalls.get(id) ?? []), 'daddr', 'return')),
    ),
  ];
  return [
    // Deleting what may not be there fails; adding what is there does not.
    'table inet lab',
    'delete table inet lab',
    'table inet lab {',
    ...table.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');
}

function hooked(hook: 'forward' | 'input' | 'output'): readonly string[] {
  return [`type filter hook ${hook} priority filter; policy accept;`, 'ct state established,related accept'];
}

function chain(name: string, lines: readonly string[]): readonly string[] {
  return [`chain ${name} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function inbound(rules: readonly FirewallRule[]): readonly FirewallRule[] {
  return rules.filter((rule) => rule.direction === 'in');
}

function outbound(rules: readonly FirewallRule[]): readonly FirewallRule[] {
  return rules.filter((rule) => rule.direction === 'out');
}

function verdicts(
  rules: readonly FirewallRule[],
  peer: 'saddr' | 'daddr',
  verdict: string,
): readonly string[] {
  const allowed = rules.flatMap((rule) =>
    rule.sources.map((cidr) => [`${family(cidr)} ${peer} ${cidr}`, protocol(rule, cidr), verdict].join(' ')),
  );
  return [...allowed, 'drop'];
}

function family(cidr: string): 'ip' | 'ip6' {
  return isIPv6(cidr.split('/')[0] ?? '') ? 'ip6' : 'ip';
}

function protocol(rule: FirewallRule, cidr: string): string {
  switch (rule.protocol) {
    case 'tcp':
    case 'udp':
      return rule.port === undefined || rule.port === 'any'
        ? `meta l4proto ${rule.protocol}`
        : `${rule.protocol} dport ${rule.port}`;
    case 'icmp':
      return `meta l4proto ${family(cidr) === 'ip' ? 'icmp' : 'ipv6-icmp'}`;
    case 'esp':
    case 'gre':
      return `meta l4proto ${rule.protocol}`;
  }
}
