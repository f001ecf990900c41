import { Firewall } from '@cdktf/provider-hcloud/lib/firewall';
import { Construct } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';

const ANYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * The one firewall of all nodes. What no rule names is dropped, and without a rule for outbound traffic all of that is allowed
 * (https://docs.hetzner.com/cloud/firewalls/faq/). Kubernetes, etcd and pods talk inside of WireGuard, so they need no rule.
 */
export function clusterFirewall(scope: Construct, plan: ClusterPlan): Firewall {
  const { ssh, network } = plan.config;
  return new Firewall(new Construct(scope, 'firewalls'), 'nodes', {
    name: plan.name,
    labels: clusterLabels(plan),
    rule: [
      {
        description: 'SSH',
        direction: 'in',
        protocol: 'tcp',
        port: String(ssh.port),
        sourceIps: ssh.allowedCidrs,
      },
      {
        description: 'WireGuard',
        direction: 'in',
        protocol: 'udp',
        port: String(network.wireguardPort),
        sourceIps: ANYWHERE,
      },
      { description: 'ICMP', direction: 'in', protocol: 'icmp', sourceIps: ANYWHERE },
    ],
  });
}
