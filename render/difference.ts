import type { Tree } from './tree.ts';

/** A file that one of two trees has alone, or that both have with different texts. */
export type FileChange =
  | { readonly kind: 'added'; readonly path: string; readonly after: string }
  | { readonly kind: 'changed'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly kind: 'removed'; readonly path: string; readonly before: string };

export interface TreeDifference {
  /** In the order of their paths. */
  readonly changes: readonly FileChange[];
  /** Number of files that are the same in both. */
  readonly unchanged: number;
}

/** What leads from one tree to the other, file by file. */
export function compareTrees(before: Tree, after: Tree): TreeDifference {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changes = paths.flatMap((path) => changeOf(path, before.get(path), after.get(path)) ?? []);
  return { changes, unchanged: paths.length - changes.length };
}

function changeOf(path: string, before: string | undefined, after: string | undefined) {
  if (before === after) return undefined;
  if (before === undefined) return { kind: 'added' as const, path, after: after ?? '' };
  if (after === undefined) return { kind: 'removed' as const, path, before };
  return { kind: 'changed' as const, path, before, after };
}

/** A difference without the texts. */
export interface ChangedPaths {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

export function pathsByKind({ changes, unchanged }: TreeDifference): ChangedPaths {
  const inKind = (kind: FileChange['kind']) =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  return { added: inKind('added'), changed: inKind('changed'), removed: inKind('removed'), unchanged };
}
