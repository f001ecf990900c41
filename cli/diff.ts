import type { Command } from 'commander';
import { count, outOfDate } from '../drive/errors.ts';
import { compareFolder } from '../drive/render-folder.ts';
import type { FileChange } from '../render/difference.ts';
import { patchOf, type Patch } from '../render/patch.ts';
import { folderOf } from './cluster-option.ts';
import { style } from './style.ts';
import { table } from './table.ts';

export function addDiff(program: Command): void {
  program
    .command('diff')
    .description('show what `kubehaus render` would change, as unified diffs; writes nothing')
    .option('--stat', 'only the files, with the number of lines added and removed')
    .option('--exit-code', 'exit code 9 when something would change (for CI)')
    .addHelpText(
      'after',
      `
Examples:
  kubehaus diff                  after an edit of cluster.yaml: what it means, line by line
  kubehaus diff --stat           the same, one line a file
  kubehaus diff --exit-code      in CI: fails unless the committed files are those of cluster.yaml`,
    )
    .action(async ({ stat, exitCode }: { stat?: boolean; exitCode?: boolean }, command: Command) => {
      const { changes } = await compareFolder(folderOf(command));
      if (changes.length === 0) {
        process.stdout.write('The rendered files are up to date.\n');
        return;
      }
      const files = changes.map((change) => ({ ...change, patch: patchOf(change) }));
      const body = stat ? statistics(files) : files.map(({ patch }) => colored(patch.text)).join('');
      process.stdout.write(`${body}${summary(files)}\n`);
      // What would change has been shown; it is not listed once more.
      if (exitCode) throw outOfDate([]);
    });
}

type FileWithPatch = Pick<FileChange, 'kind' | 'path'> & { readonly patch: Patch };

function statistics(files: readonly FileWithPatch[]): string {
  const rows = files.map(({ kind, path, patch: { added, removed } }) => [
    kind,
    path,
    added === 0 ? '' : style('green', `+${added}`),
    removed === 0 ? '' : style('red', `-${removed}`),
  ]);
  return `${table(['', 'file', 'added', 'removed'], rows)}\n\n`;
}

function summary(files: readonly FileWithPatch[]): string {
  const sum = (number: (patch: Patch) => number) => files.reduce((all, { patch }) => all + number(patch), 0);
  const added = sum((patch) => patch.added);
  const removed = sum((patch) => patch.removed);
  return `${count(files.length, 'file')}: ${count(added, 'line')} added, ${removed} removed`;
}

/** A patch in git's colours. */
function colored(patch: string): string {
  const lines = patch.split('\n');
  const firstHunk = lines.findIndex((line) => line.startsWith('@@'));
  return lines
    .map((line, index) => {
      if (line === '') return line;
      if (index < firstHunk || firstHunk === -1) return style('bold', line);
      if (line.startsWith('@@')) return style('cyan', line);
      if (line.startsWith('+')) return style('green', line);
      if (line.startsWith('-')) return style('red', line);
      return line;
    })
    .join('\n');
}
