import type { Command } from 'commander';
import { destroy } from '../drive/destroy.ts';
import { folderOf } from './cluster-option.ts';
import { printTimes } from './finish.ts';
import { reporterFor } from './reporter.ts';

export function addDestroy(program: Command): void {
  program
    .command('destroy')
    .description('destroy the cluster for good: all that Terraform made, with all data')
    .option('-y, --yes', 'do not ask for the cluster’s name', false)
    .addHelpText(
      'after',
      `
Lifts the protection of masters and etcd machines, then destroys. What your workloads made at Hetzner themselves (volumes,
load balancers) is not in Terraform's state and stays.`,
    )
    .action(async (options: { yes: boolean }, command: Command) => {
      const reporter = await reporterFor();
      try {
        printTimes(reporter, await destroy(folderOf(command), options, reporter), []);
      } finally {
        await reporter.flush();
      }
    });
}
