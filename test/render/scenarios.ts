import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCluster } from '../../cluster/load.ts';
import type { ClusterPlan } from '../../cluster/plan.ts';
import { formatProblem } from '../../cluster/problem.ts';
import type { Sources } from '../../render/tree.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const SCENARIOS = join(ROOT, 'test/scenarios');

const all = readdirSync(SCENARIOS);

/** Clusters that are rendered, and compared with what stands in their expected/. */
export const scenarios = all.filter((name) => !name.startsWith('invalid-'));

/** Clusters that are refused, with what stands in their problems.txt. */
export const invalidScenarios = all.filter((name) => name.startsWith('invalid-'));

/** The plan of test/scenarios/<name>/cluster.yaml. */
export function planOf(scenario: string): ClusterPlan {
  const result = loadCluster({
    clusterYaml: readFileSync(join(SCENARIOS, scenario, 'cluster.yaml'), 'utf8'),
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value.plan;
}

/** Files below a folder, path from it → text. */
export function filesBelow(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

/** playbook-templates/ and roles/ as render/ takes them. */
export const sources: Sources = new Map(
  ['playbook-templates', 'roles'].flatMap((folder) =>
    [...filesBelow(join(ROOT, folder))].map(([path, text]) => [`${folder}/${path}`, text] as const),
  ),
);
