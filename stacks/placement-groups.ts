import { PlacementGroup } from '@cdktf/provider-hcloud/lib/placement-group';
import { Construct } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';

/** Groups by name. Hetzner runs the servers of a `spread` group on different physical machines. */
export function placementGroups(scope: Construct, plan: ClusterPlan): ReadonlyMap<string, PlacementGroup> {
  const parent = new Construct(scope, 'placement-groups');
  const names = new Set(plan.nodes.map(({ placementGroup }) => placementGroup));
  return new Map(
    [...names].map((name) => [
      name,
      new PlacementGroup(parent, name, { name, type: 'spread', labels: clusterLabels(plan) }),
    ]),
  );
}
