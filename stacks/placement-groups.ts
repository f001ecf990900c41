import { PlacementGroup } from '@cdktf/provider-hcloud/lib/placement-group';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';

/**
 * Placement groups; returns their ids (expressions) by name. Hetzner runs the servers of a `spread` group on different physical
 * machines (https://docs.hetzner.com/cloud/placement-groups/overview/).
 */
export function placementGroups(scope: Construct, plan: ClusterPlan): ReadonlyMap<string, number> {
  const parent = new Construct(scope, 'placement-groups');
  const names = new Set(plan.nodes.flatMap(({ placementGroup }) => placementGroup ?? []));
  return new Map(
    [...names].map((name) => {
      const group = new PlacementGroup(parent, name, { name, type: 'spread', labels: clusterLabels(plan) });
      return [name, Token.asNumber(group.id)];
    }),
  );
}
