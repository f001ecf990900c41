import type { ClusterPlan } from '../cluster/plan.ts';
import { ClusterStack } from './cluster-stack.ts';

/** State file of a cluster, from the folder of its rendered Terraform configuration. */
export const STATE_PATH = '../../.kubehaus/terraform.tfstate';

/**
 * The Terraform configuration of a cluster: the text of cdk.tf.json, with sorted keys and nothing but what Terraform reads, so
 * that two texts differ only where the infrastructure does. Writes nothing.
 */
export function synthesizeTerraform(plan: ClusterPlan, statePath: string = STATE_PATH): string {
  const stack = new ClusterStack(undefined, { plan, statePath });
  stack.runAllValidations();
  return `${JSON.stringify(sortedWithoutMetadata(stack.toTerraform()), undefined, 2)}\n`;
}

/** CDKTF keeps its own notes (construct paths, its version) under the key `//`. */
function sortedWithoutMetadata(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedWithoutMetadata);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '//')
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sortedWithoutMetadata(inner)]),
  );
}
