import { parseLock, type ClusterLock } from './lock.ts';
import { parseClusterYaml } from './parse.ts';
import { planCluster, type ClusterPlan } from './plan.ts';
import { inFileOrder, type Result } from './problem.ts';
import { validateCluster } from './validate.ts';

/** What a cluster's folder says, as text. */
export interface ClusterTexts {
  readonly clusterYaml: string;
  /** cluster.lock.yaml; absent before the first plan. */
  readonly lockYaml?: string | undefined;
}

/** From the two files' texts to the plan and the lock that belongs to it, or to everything that is wrong with them. */
export function loadCluster(texts: ClusterTexts): Result<{ plan: ClusterPlan; lock: ClusterLock }> {
  const parsed = parseClusterYaml(texts.clusterYaml);
  const lock = parseLock(texts.lockYaml);
  if (!parsed.ok || !lock.ok) {
    const problems = [parsed, lock].flatMap((result) => (result.ok ? [] : result.problems));
    return { ok: false, problems: inFileOrder(problems) };
  }
  const { config, source } = parsed.value;
  const problems = validateCluster(config, source);
  const planned = planCluster(config, lock.value, source);
  if (problems.length > 0 || !planned.ok) {
    return { ok: false, problems: inFileOrder([...problems, ...(planned.ok ? [] : planned.problems)]) };
  }
  return planned;
}
