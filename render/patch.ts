import { formatPatch, structuredPatch, type StructuredPatch } from 'diff';
import type { FileChange } from './difference.ts';

/** A change as people read it. */
export interface Patch {
  /** A unified diff as `git diff` writes it, which `git apply` takes; ends with a newline. */
  readonly text: string;
  /** Lines added and removed; both 0 in a binary file. */
  readonly added: number;
  readonly removed: number;
}

/** Lines around a change: the default of `git diff` and `diff -u`. */
const CONTEXT = 3;

/** Like git, a file is held to be binary when there is a NUL in its first 8,000 bytes (buffer_is_binary, xdiff-interface.c). */
const BINARY_IN = 8000;

/** The unified diff of one file. */
export function patchOf(change: FileChange): Patch {
  const before = change.kind === 'added' ? '' : change.before;
  const after = change.kind === 'removed' ? '' : change.after;
  const names = namesOf(change);
  if ([before, after].some((text) => text.slice(0, BINARY_IN).includes('\0'))) {
    const text = `${inGitFormat({ ...names, hunks: [] })}Binary files ${names.oldFileName} and ${names.newFileName} differ\n`;
    return { text, added: 0, removed: 0 };
  }
  const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context: CONTEXT });
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    text: inGitFormat({ ...names, hunks }),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

function namesOf({ kind, path }: FileChange) {
  return {
    isCreate: kind === 'added',
    isDelete: kind === 'removed',
    oldFileName: kind === 'added' ? '/dev/null' : `a/${path}`,
    newFileName: kind === 'removed' ? '/dev/null' : `b/${path}`,
  };
}

function inGitFormat(patch: Omit<StructuredPatch, 'isGit' | 'oldHeader' | 'newHeader'>): string {
  return formatPatch({ ...patch, isGit: true, oldHeader: undefined, newHeader: undefined });
}
