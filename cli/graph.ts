import { Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { unwritableFile } from '../drive/errors.ts';
import { graph, GRAPH_FORMATS, type GraphFormat } from '../drive/graph.ts';
import { loadFolder } from '../drive/load-folder.ts';
import { folderOf } from './cluster-option.ts';

export function addGraph(program: Command): void {
  program
    .command('graph')
    .description('draw the cluster: the mesh, etcd, masters, workers, the load balancer on every node')
    .addOption(
      new Option('-f, --format <format>', 'what to draw it in').choices(GRAPH_FORMATS).default('svg'),
    )
    .option('-o, --output <file>', 'write to this file, not to the terminal')
    .addHelpText(
      'after',
      `
Examples:
  kubehaus graph -o cluster.svg            for a page or a browser
  kubehaus graph --format mermaid          as it stands in rendered/README.md
  kubehaus graph --format dot              for Graphviz, to go on from`,
    )
    .action(async ({ format, output }: { format: GraphFormat; output?: string }, command: Command) => {
      const { plan } = await loadFolder(folderOf(command));
      const text = await graph(plan, format);
      if (output === undefined) process.stdout.write(text);
      else
        await writeFile(output, text).catch((error: NodeJS.ErrnoException) => {
          throw unwritableFile('--output', output, error);
        });
    });
}
