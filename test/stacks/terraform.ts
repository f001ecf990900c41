import { loadCluster } from '../../cluster/load.ts';
import { formatLock, type ClusterLock } from '../../cluster/lock.ts';
import type { ClusterPlan } from '../../cluster/plan.ts';
import { formatProblem } from '../../cluster/problem.ts';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';

/** A Terraform configuration as data, as far as the tests look at it. */
export interface Terraform {
  readonly terraform: Record<string, unknown>;
  readonly provider: Record<string, unknown>;
  readonly locals: Record<string, unknown>;
  readonly output: { readonly nodes: { readonly value: Record<string, Record<string, string>> } };
  readonly resource: {
    readonly hcloud_server: Record<string, Record<string, unknown>>;
    readonly hcloud_placement_group: Record<string, Record<string, unknown>>;
    readonly hcloud_firewall: Record<string, { readonly rule: readonly Record<string, unknown>[] }>;
    readonly hcloud_ssh_key: Record<string, Record<string, unknown>>;
  };
}

/** Fields of cluster.yaml; a name and a key are added when they are missing. */
export function clusterOf(
  fields: Record<string, unknown>,
  lock?: ClusterLock,
): { plan: ClusterPlan; lock: ClusterLock } {
  const clusterYaml = JSON.stringify({ name: 'prod', ssh: { publicKeys: [PUBLIC_KEY] }, ...fields });
  const loaded = loadCluster({ clusterYaml, lockYaml: lock && formatLock(lock) });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.value;
}

export function terraformOf(plan: ClusterPlan): Terraform {
  return JSON.parse(synthesizeTerraform(plan)) as Terraform;
}

/** The smallest cluster of each level of high availability. */
export const levels: readonly Record<string, unknown>[] = [
  { controlPlane: { count: 1 } },
  { controlPlane: { count: 1 }, workers: [{ count: 1 }] },
  { controlPlane: { count: 1 }, etcd: { placement: 'isolated', count: 3 } },
  { controlPlane: { count: 3 }, workers: [{ count: 2 }] },
  { controlPlane: { count: 2 }, etcd: { placement: 'isolated', count: 3 }, workers: [{ count: 2 }] },
];
