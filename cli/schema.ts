import type { Command } from 'commander';
import { clusterJsonSchema } from '../cluster/json-schema.ts';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of cluster.yaml, with which editors complete and check it')
    .addHelpText(
      'after',
      `
Example:
  kubehaus schema > cluster.schema.json
  In the first line of cluster.yaml: # yaml-language-server: $schema=cluster.schema.json`,
    )
    .action(() => {
      process.stdout.write(`${JSON.stringify(clusterJsonSchema(), undefined, 2)}\n`);
    });
}
