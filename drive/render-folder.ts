import { formatLock, LOCK_FILE, type ClusterLock } from '../cluster/lock.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { compareTrees, type ChangedPaths, type TreeDifference } from '../render/difference.ts';
import type { Tree } from '../render/tree.ts';
import { readTree, writeTree } from '../render/write.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { loadFolder } from './load-folder.ts';
import { readSources } from './read-sources.ts';
import { writeIfChanged } from './write-file.ts';

/** What rendering changed; paths are relative to the cluster's folder. */
export interface Rendered extends ChangedPaths {
  readonly plan: ClusterPlan;
}

/** Plans the cluster and writes the lock, so that what is given to a node now stays its own. */
export async function lockPlan(folder: ClusterFolder): Promise<ClusterPlan> {
  const { plan, lock } = await loadFolder(folder);
  await writeIfChanged(folder.lockYaml, formatLock(lock));
  return plan;
}

/** What a cluster's folder says, and what that renders to; nothing of it is written. */
export interface InMemory {
  readonly plan: ClusterPlan;
  readonly lock: ClusterLock;
  readonly tree: Tree;
}

/** Plans and renders the cluster of a folder without writing anything. */
export async function renderInMemory(folder: ClusterFolder): Promise<InMemory> {
  const { plan, lock } = await loadFolder(folder);
  return { plan, lock, tree: await renderPlan(plan) };
}

/** Writes the lock and the rendered tree. The lock comes first: an address that was rendered is never given again. */
export async function renderFolder(folder: ClusterFolder): Promise<Rendered> {
  const { plan, lock, tree } = await renderInMemory(folder);
  const lockBefore = await readOptional(folder.lockYaml);
  const lockWritten = await writeIfChanged(folder.lockYaml, formatLock(lock));
  return withLock(plan, await writeTree(folder.rendered, tree), lockBefore === undefined, lockWritten);
}

/** What `renderFolder` would change, which it does not do; paths are relative to the cluster's folder. */
export async function compareFolder(folder: ClusterFolder): Promise<TreeDifference> {
  const { lock, tree } = await renderInMemory(folder);
  return compareTrees(
    inFolder(await readOptional(folder.lockYaml), await readTree(folder.rendered)),
    inFolder(formatLock(lock), tree),
  );
}

function inFolder(lockYaml: string | undefined, rendered: Tree): Tree {
  return new Map([
    ...(lockYaml === undefined ? [] : [[LOCK_FILE, lockYaml] as const]),
    ...[...rendered].map(([path, text]) => [`rendered/${path}`, text] as const),
  ]);
}

/** CDKTF takes longer to load than most commands to run, so it is loaded only when there is something to render. */
export async function renderPlan(plan: ClusterPlan): Promise<Tree> {
  const { renderCluster } = await import('../render/tree.ts');
  return renderCluster(plan, await readSources());
}

function withLock(plan: ClusterPlan, tree: ChangedPaths, lockIsNew: boolean, lockDiffers: boolean): Rendered {
  const below = (paths: readonly string[]) => paths.map((path) => `rendered/${path}`);
  return {
    plan,
    added: [...(lockDiffers && lockIsNew ? [LOCK_FILE] : []), ...below(tree.added)],
    changed: [...(lockDiffers && !lockIsNew ? [LOCK_FILE] : []), ...below(tree.changed)],
    removed: below(tree.removed),
    unchanged: tree.unchanged + (lockDiffers ? 0 : 1),
  };
}
