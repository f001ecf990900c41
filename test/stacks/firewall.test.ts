import { expect, it } from 'vitest';
import { clusterOf, terraformOf } from './terraform.ts';

const anywhere = ['0.0.0.0/0', '::/0'];

it('lets in SSH from the configured networks, WireGuard and ICMP, and nothing else', () => {
  const { plan } = clusterOf({
    ssh: {
      publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample1'],
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

it('keeps WireGuard’s port closed where it goes through a private network', () => {
  const { plan } = clusterOf({ network: { transport: 'private' } });
  const rules = terraformOf(plan).resource.hcloud_firewall.nodes?.rule ?? [];
  expect(rules.map(({ protocol }) => protocol)).toEqual(['tcp', 'icmp']);
});

it('lets in what the cluster adds: the API at a public endpoint, and rules of its own', () => {
  const { plan } = clusterOf({
    controlPlane: { publicEndpoint: { name: 'api.example.org', allowedCidrs: ['198.51.100.0/24'] } },
    firewall: {
      rules: [
        { description: 'web', protocol: 'tcp', port: 443 },
        { description: 'tunnel', protocol: 'gre', sources: ['203.0.113.0/24'] },
      ],
    },
  });
  expect(terraformOf(plan).resource.hcloud_firewall.nodes?.rule.slice(3)).toEqual([
    {
      description: 'Kubernetes API',
      direction: 'in',
      protocol: 'tcp',
      port: '6443',
      source_ips: ['198.51.100.0/24'],
    },
    { description: 'web', direction: 'in', protocol: 'tcp', port: '443', source_ips: anywhere },
    { description: 'tunnel', direction: 'in', protocol: 'gre', source_ips: ['203.0.113.0/24'] },
  ]);
});
