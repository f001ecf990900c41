import { Firewall } from '@cdktf/provider-hcloud/lib/firewall';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { API_PORT } from '../cluster/addresses.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';
import { literal } from './terraform-text.ts';

const ANYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * The one firewall of all nodes; returns its id (an expression).
 *
 * What no rule names is dropped, and without a rule for outbound traffic all of that is allowed
 * (https://docs.hetzner.com/cloud/firewalls/faq/). Kubernetes, etcd and pods talk inside of WireGuard, so they need no rule; nor
 * does WireGuard in a private network, which Hetzner's firewalls do not filter.
 */
export function clusterFirewall(scope: Construct, plan: ClusterPlan): number {
  const { ssh, network, firewall: more, controlPlane } = plan.config;
  const firewall = new Firewall(new Construct(scope, 'firewalls'), 'nodes', {
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
      ...(network.transport === 'public'
        ? [
            {
              description: 'WireGuard',
              direction: 'in',
              protocol: 'udp',
              port: String(network.wireguardPort),
              sourceIps: ANYWHERE,
            },
          ]
        : []),
      { description: 'ICMP', direction: 'in', protocol: 'icmp', sourceIps: ANYWHERE },
      ...(controlPlane.publicEndpoint === undefined
        ? []
        : [
            {
              description: 'Kubernetes API',
              direction: 'in',
              protocol: 'tcp',
              port: String(API_PORT),
              sourceIps: controlPlane.publicEndpoint.allowedCidrs,
            },
          ]),
      ...more.rules.map(({ description, protocol, port, sources }) => ({
        description: literal(description),
        direction: 'in',
        protocol,
        ...(port === undefined ? {} : { port }),
        sourceIps: sources,
      })),
    ],
  });
  return Token.asNumber(firewall.id);
}
