import { describe, expect, test } from 'vitest';
import type { FirewallRule } from '../../../lab/hosts/machines.ts';
import { ruleset } from '../../../lab/network/ruleset.ts';

const ssh: FirewallRule = {
  direction: 'in',
  protocol: 'tcp',
  port: '22',
  sources: ['198.51.100.0/24', '2001:db8::/32'],
};
const mesh: FirewallRule = { direction: 'in', protocol: 'udp', port: '51820-51821', sources: ['0.0.0.0/0'] };
const ping: FirewallRule = { direction: 'in', protocol: 'icmp', sources: ['0.0.0.0/0', '::/0'] };
const out: FirewallRule = { direction: 'out', protocol: 'tcp', port: 'any', sources: ['192.0.2.0/24'] };

function chainOf(text: string, name: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const begin = lines.indexOf(`chain ${name} {`);
  return begin < 0 ? [] : lines.slice(begin + 1, lines.indexOf('}', begin));
}

describe('the ruleset', () => {
  test('replaces the whole of the last one in a single transaction', () => {
    expect(ruleset(new Map()).split('\n').slice(0, 3)).toEqual([
      'table inet lab',
      'delete table inet lab',
      'table inet lab {',
    ]);
  });

  test('drops what no rule lets in, for the firewalled host alone', () => {
    const text = ruleset(new Map([[7, [ssh, mesh, ping]]]));
    expect(chainOf(text, 'into-h7')).toEqual([
      'ip saddr 198.51.100.0/24 tcp dport 22 accept',
      'ip6 saddr 2001:db8::/32 tcp dport 22 accept',
      'ip saddr 0.0.0.0/0 udp dport 51820-51821 accept',
      'ip saddr 0.0.0.0/0 meta l4proto icmp accept',
      'ip6 saddr ::/0 meta l4proto ipv6-icmp accept',
      'drop',
    ]);
    expect(chainOf(text, 'forward')).toContain('oifname "h7" jump into-h7');
    expect(chainOf(text, 'output')).toContain('oifname "h7" jump into-h7');
  });

  test('a firewall without rules lets nothing in and everything out', () => {
    const text = ruleset(new Map([[7, []]]));
    expect(chainOf(text, 'into-h7')).toEqual(['drop']);
    expect(text).not.toContain('iifname');
  });

  test('one rule for the way out closes all other ways out, and does not spare the other host’s firewall', () => {
    const text = ruleset(
      new Map([
        [8, [ssh]],
        [7, [out]],
      ]),
    );
    expect(chainOf(text, 'out-of-h7')).toEqual(['ip daddr 192.0.2.0/24 meta l4proto tcp return', 'drop']);
    expect(chainOf(text, 'input')).toContain('iifname "h7" jump out-of-h7');
    expect(chainOf(text, 'forward').slice(2)).toEqual([
      'iifname "h7" jump out-of-h7',
      'oifname "h7" jump into-h7',
      'oifname "h8" jump into-h8',
    ]);
  });

  test('lets answers through before it looks at any rule', () => {
    const text = ruleset(new Map([[7, []]]));
    for (const name of ['forward', 'input', 'output']) {
      expect(chainOf(text, name)[1]).toBe('ct state established,related accept');
    }
  });
});
