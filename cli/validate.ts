import type { Command } from 'commander';
import { loadFolder } from '../drive/load-folder.ts';
import { count } from '../drive/errors.ts';
import { folderOf } from './cluster-option.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('check cluster.yaml and cluster.lock.yaml; reports every problem at once, changes nothing')
    .action(async (_options, command: Command) => {
      const { plan } = await loadFolder(folderOf(command));
      process.stdout.write(
        `cluster.yaml is valid: ${plan.name}, level ${plan.level}, ${count(plan.nodes.length, 'node')}.\n`,
      );
    });
}
