import { Server } from '@cdktf/provider-hcloud/lib/server';
import type { Firewall } from '@cdktf/provider-hcloud/lib/firewall';
import type { PlacementGroup } from '@cdktf/provider-hcloud/lib/placement-group';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';
import { nodeLabels } from './labels.ts';
import { literal } from './terraform-text.ts';

/** What all servers of a cluster refer to. */
export interface ServerSurroundings {
  readonly firewall: Firewall;
  readonly placementGroups: ReadonlyMap<string, PlacementGroup>;
  /** Ids of the keys that may log in as root; an expression. */
  readonly sshKeys: string[];
  /** What cloud-init gets; an expression. */
  readonly userData: string;
}

/**
 * Arguments that count when a server is created and never again. To change image, location, ssh_keys or user_data the
 * provider would delete the server and make a new one; to change server_type it would cut the power of every server
 * concerned, all at the same time. Servers of other kinds come as new nodes, one by one.
 */
export const SETTLED_AT_CREATION = ['image', 'location', 'server_type', 'ssh_keys', 'user_data'];

/** Servers by node name. */
export function servers(
  scope: Construct,
  plan: ClusterPlan,
  surroundings: ServerSurroundings,
): ReadonlyMap<string, Server> {
  const parent = new Construct(scope, 'servers');
  return new Map(plan.nodes.map((node) => [node.name, server(parent, plan, node, surroundings)]));
}

function server(
  parent: Construct,
  plan: ClusterPlan,
  node: NodePlan,
  { firewall, placementGroups, sshKeys, userData }: ServerSurroundings,
): Server {
  const group = placementGroups.get(node.placementGroup);
  if (group === undefined) throw new Error(`no placement group ${node.placementGroup} for ${node.name}`);
  return new Server(parent, node.name, {
    name: node.name,
    labels: nodeLabels(plan, node),
    location: node.location,
    serverType: node.serverType,
    image: literal(node.image),
    userData,
    sshKeys,
    placementGroupId: Token.asNumber(group.id),
    firewallIds: [Token.asNumber(firewall.id)],
    // Hetzner wants both to be the same (https://docs.hetzner.cloud/reference/cloud#server-actions-change-server-protection).
    deleteProtection: node.protected,
    rebuildProtection: node.protected,
    lifecycle: { ignoreChanges: SETTLED_AT_CREATION },
  });
}
