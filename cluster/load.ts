import { parseLock, type ClusterLock } from './lock.ts';
import { parseYaml } from './parse.ts';
import { planCluster, type ClusterPlan } from './plan.ts';
import { inFileOrder, type Result } from './problem.ts';
import { clusterSchema } from './schema.ts';
import { validateCluster } from './validate.ts';

/** What a cluster's folder says, as text. */
export interface ClusterTexts {
  readonly clusterYaml: string;
  /** cluster.lock.yaml; absent before the first plan. */
  readonly lockYaml?: string | undefined;
  /** Whether servers are known to be made; remedies are for none such only where that may be. */
  readonly serversMade?: boolean;
}

/**
 * From the two files' texts to the plan and the lock that belongs to it, or to everything that is wrong with them: a field that
 * is wrong hides nothing but what depends on it.
 */
export function loadCluster(texts: ClusterTexts): Result<{ plan: ClusterPlan; lock: ClusterLock }> {
  const cluster = parseYaml(texts.clusterYaml, 'cluster.yaml', clusterSchema);
  const lock = parseLock(texts.lockYaml);
  const before = { ...lock, serversMade: texts.serversMade ?? false };
  const problems = [...cluster.problems, ...lock.problems, ...validateCluster(cluster, before)];
  if (problems.length > 0) return { ok: false, problems: inFileOrder(problems) };
  return { ok: true, value: planCluster(cluster.value, lock.value) };
}
