import { Server } from '@cdktf/provider-hcloud/lib/server';
import { Construct } from 'constructs';
import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';
import { nodeLabels } from './labels.ts';
import { literal } from './terraform-text.ts';

/** What the servers of a cluster refer to; all of it stands for expressions. */
export interface ServerSurroundings {
  readonly firewallId: number;
  /** Ids of the placement groups by name. */
  readonly placementGroupIds: ReadonlyMap<string, number>;
  /** Ids of the keys that may log in. */
  readonly sshKeys: string[];
  /** What cloud-init gets, by node. */
  readonly userData: ReadonlyMap<string, string>;
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
  { firewallId, placementGroupIds, sshKeys, userData }: ServerSurroundings,
): Server {
  const placementGroupId = placementGroupIds.get(node.placementGroup ?? '');
  if (placementGroupId === undefined && node.placementGroup !== undefined)
    throw new Error(`no placement group ${node.placementGroup} for ${node.name}`);
  return new Server(parent, node.name, {
    name: node.name,
    labels: nodeLabels(plan, node),
    location: node.location,
    serverType: node.serverType,
    image: literal(node.image),
    userData: userData.get(node.name) ?? '',
    sshKeys,
    ...(placementGroupId === undefined ? {} : { placementGroupId }),
    firewallIds: [firewallId],
    // Hetzner wants both to be the same (https://docs.hetzner.cloud/reference/cloud#server-actions-change-server-protection).
    deleteProtection: node.protected,
    rebuildProtection: node.protected,
    lifecycle: { ignoreChanges: SETTLED_AT_CREATION },
  });
}
