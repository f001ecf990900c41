import { hostChanges, type HostChange } from '../render/host-changes.ts';
import { settledEdits, type SettledEdit } from '../render/settled-edits.ts';
import { readTree } from '../render/write.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { readCommittedTree } from './committed-tree.ts';
import { madeNames } from './inventory.ts';
import type { InMemory } from './render-folder.ts';

/** What `up` would do on the hosts, as far as it can be told without asking them. */
export interface HostPreview {
  /** Nodes that have no server yet. */
  readonly installed: readonly string[];
  /** Servers that cluster.yaml no longer has. */
  readonly leaving: readonly string[];
  /** Nodes that exist and stay. */
  readonly staying: readonly string[];
  /** What is new for those, compared with what was rendered before; undefined when nothing was. */
  readonly changes: readonly HostChange[] | undefined;
  /** What is for new servers alone, and leaves those as they are. */
  readonly settled: readonly SettledEdit[];
}

/**
 * Compares what cluster.yaml renders to with what stands in rendered/ (or stood there in the commit `since`), and the plan with the
 * servers that are known.
 */
export async function previewHosts(
  folder: ClusterFolder,
  { plan, tree }: Pick<InMemory, 'plan' | 'tree'>,
  since?: string,
): Promise<HostPreview> {
  const [before, made] = await Promise.all([
    since === undefined ? readTree(folder.rendered) : readCommittedTree(folder, since),
    madeNames(folder),
  ]);
  const planned = plan.nodes.map(({ name }) => name);
  const staying = planned.filter((name) => made.has(name));
  return {
    installed: planned.filter((name) => !made.has(name)),
    leaving: [...made].filter((name) => !planned.includes(name)),
    staying,
    changes: before.size === 0 ? undefined : hostChanges(before, tree, staying),
    settled: settledEdits(plan, before, tree, staying),
  };
}
