import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';

/** Hetzner's labels of everything that belongs to a cluster. */
export function clusterLabels(plan: ClusterPlan): Record<string, string> {
  return { cluster: plan.name };
}

/** Hetzner's labels of a server. */
export function nodeLabels(plan: ClusterPlan, node: NodePlan): Record<string, string> {
  return { ...clusterLabels(plan), pool: node.pool, role: node.role };
}
