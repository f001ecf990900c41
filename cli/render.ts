import type { Command } from 'commander';
import { outOfDate } from '../drive/errors.ts';
import { compareFolder, renderFolder } from '../drive/render-folder.ts';
import { summaryOfRendering } from '../drive/up.ts';
import { withRun } from '../drive/run.ts';
import { pathsByKind, type ChangedPaths } from '../render/difference.ts';
import { plainReporter } from './plain-reporter.ts';
import { folderOf } from './cluster-option.ts';

export function addRender(program: Command): void {
  program
    .command('render')
    .description('write cluster.lock.yaml and rendered/: all that will be done to the servers, for review')
    .option('--check', 'write nothing; exit code 9 when something would change (for CI)')
    .addHelpText(
      'after',
      `
Examples:
  kubehaus render && git diff        see what a change of cluster.yaml means before it is applied
  kubehaus render --check            in CI: the committed files are those of cluster.yaml`,
    )
    .action(async ({ check }: { check?: boolean }, command: Command) => {
      const folder = folderOf(command);
      if (check) {
        const changes = listOf(pathsByKind(await compareFolder(folder)));
        if (changes.length > 0) throw outOfDate(changes);
        process.stdout.write('The rendered files are up to date.\n');
        return;
      }
      const rendered = await withRun(folder, 'render', plainReporter(), () => renderFolder(folder));
      process.stdout.write([...listOf(rendered), summaryOfRendering(rendered), ''].join('\n'));
    });
}

function listOf({ added, changed, removed }: ChangedPaths): string[] {
  return [
    ...added.map((path) => `added    ${path}`),
    ...changed.map((path) => `changed  ${path}`),
    ...removed.map((path) => `removed  ${path}`),
  ];
}
