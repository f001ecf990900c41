import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { formatLock, LOCK_FILE } from '../../cluster/lock.ts';
import { formatProblem } from '../../cluster/problem.ts';
import { compareTrees } from '../../render/difference.ts';
import { patchOf } from '../../render/patch.ts';
import { renderCluster, type Tree } from '../../render/tree.ts';
import { clusterYaml } from '../cluster/configurations.ts';
import { sources } from './scenarios.ts';

const MASTERS = 3;

/** What is committed of a cluster with three masters, but for cluster.yaml itself. */
function committed(
  workers: number,
  placementGroups: boolean,
  lockYaml?: string,
): { tree: Tree; lockYaml: string } {
  const loaded = loadCluster({
    clusterYaml: clusterYaml({
      masters: MASTERS,
      etcd: undefined,
      pools: [{ name: 'worker', count: workers, placementGroups }],
    }),
    lockYaml,
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const lock = formatLock(loaded.value.lock);
  return { tree: new Map([[LOCK_FILE, lock], ...renderCluster(loaded.value.plan, sources)]), lockYaml: lock };
}

/** Lines that one worker more adds and removes, by file; the new worker's name is left out of the files' names. */
function linesOfOneMore(
  workers: number,
  { placementGroups = false } = {},
): Record<string, { added: number; removed: number }> {
  const before = committed(workers, placementGroups);
  const after = committed(workers + 1, placementGroups, before.lockYaml);
  return Object.fromEntries(
    compareTrees(before.tree, after.tree).changes.map((change) => {
      const { added, removed } = patchOf(change);
      return [change.path.replace(`prod-worker-${workers + 1}`, '<new>'), { added, removed }];
    }),
  );
}

const total = (files: ReturnType<typeof linesOfOneMore>) =>
  Object.values(files).reduce((sum, { added, removed }) => sum + added + removed, 0);

/** 63 lines when this was written, 33 of them the server in cdk.tf.json. A project has no placement groups for 500 nodes. */
const BOUND = 70;

describe('one worker more', () => {
  const few = linesOfOneMore(5 - MASTERS);

  it('is as many lines to review in a cluster of 500 nodes as in one of 5, file by file', () => {
    expect(linesOfOneMore(500 - MASTERS)).toEqual(few);
  });

  it('is its own file and a few lines in six others, of which two are replaced', () => {
    expect(Object.keys(few)).toEqual([
      'README.md',
      'ansible/group_vars/all.yml',
      'ansible/host_vars/<new>.yml',
      'ansible/inventory/cluster.yml',
      'ansible/roles/host/files/hosts',
      'cluster.lock.yaml',
      'terraform/cdk.tf.json',
    ]);
    expect(total(few)).toBeLessThan(BOUND);
    // The README tells the number of servers, and draws all workers of a pool but the first one as one box.
    expect(Object.entries(few).filter(([, { removed }]) => removed > 0)).toEqual([
      ['README.md', { added: few['README.md']?.added, removed: 2 }],
    ]);
  });

  it('brings a placement group, too, when ten are full', () => {
    const { 'terraform/cdk.tf.json': withGroup, ...others } = linesOfOneMore(10, {
      placementGroups: true,
    });
    const { 'terraform/cdk.tf.json': usual, ...usualOthers } = linesOfOneMore(3, { placementGroups: true });
    expect(others).toEqual(usualOthers);
    expect(withGroup?.added).toBe((usual?.added ?? 0) + 7);
  });
});
