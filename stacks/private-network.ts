import { Network } from '@cdktf/provider-hcloud/lib/network';
import { NetworkSubnet } from '@cdktf/provider-hcloud/lib/network-subnet';
import type { Server } from '@cdktf/provider-hcloud/lib/server';
import { ServerNetworkA } from '@cdktf/provider-hcloud/lib/server-network';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';

/**
 * The cluster's private network, with all servers in it at their planned addresses; nothing where the mesh goes over the public
 * addresses.
 *
 * Servers are attached by resources of their own and not by hcloud_server's `network`: where Hetzner refuses to attach one, the
 * server would count as half made, and the next apply would delete it. The provider attaches a server when it runs already in
 * either way; wireguard waits for the address on the host.
 */
export function privateNetwork(
  scope: Construct,
  plan: ClusterPlan,
  servers: ReadonlyMap<string, Server>,
): void {
  if (plan.privateNetwork === undefined) return;
  const { cidr, zone } = plan.privateNetwork;
  const parent = new Construct(scope, 'networks');
  const network = new Network(new Construct(parent, 'network'), 'nodes', {
    name: plan.name,
    ipRange: cidr,
    labels: clusterLabels(plan),
  });
  const subnet = new NetworkSubnet(new Construct(parent, 'subnet'), 'nodes', {
    networkId: Token.asNumber(network.id),
    type: 'cloud',
    networkZone: zone,
    ipRange: cidr,
  });
  const attachments = new Construct(parent, 'attachments');
  for (const { name, privateAddress: ip } of plan.nodes) {
    const server = servers.get(name);
    if (server === undefined || ip === undefined)
      throw new Error(`${name} has no server or no private address`);
    new ServerNetworkA(attachments, name, {
      serverId: Token.asNumber(server.id),
      subnetId: subnet.id,
      ip,
    });
  }
}
