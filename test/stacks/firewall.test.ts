import { expect, it } from 'vitest';
import { clusterOf, terraformOf } from './terraform.ts';

const anywhere = ['0.0.0.0/0', '::/0'];

it('lets in SSH from the configured networks, WireGuard and ICMP, and nothing else', () => {
  const { plan } = clusterOf({
    ssh: {
      publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample01'],
      port: 2222,
      allowedCidrs: ['198.51.100.0/24', '2001:db8::/32'],
    },
    network: { wireguardPort: 51900 },
  });
  const { hcloud_firewall, hcloud_server } = terraformOf(plan).resource;

  expect(Object.keys(hcloud_firewall)).toEqual(['nodes']);
  expect(hcloud_firewall.nodes?.rule.map(({ description: _, ...rule }) => rule)).toEqual([
    { direction: 'in', protocol: 'tcp', port: '2222', source_ips: ['198.51.100.0/24', '2001:db8::/32'] },
    { direction: 'in', protocol: 'udp', port: '51900', source_ips: anywhere },
    { direction: 'in', protocol: 'icmp', source_ips: anywhere },
  ]);
  for (const server of Object.values(hcloud_server)) {
    expect(server.firewall_ids).toEqual(['${hcloud_firewall.nodes.id}']);
  }
});
