import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../drive/exit-codes.ts';
import { packageRoot } from '../drive/package-root.ts';
import { addRender } from './render.ts';
import { addUp } from './up.ts';
import { addValidate } from './validate.ts';

/** The `kubehaus` command with all its subcommands. */
export function kubehausProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('kubehaus')
    .description('One file, cluster.yaml, becomes a highly available Kubernetes cluster on Hetzner Cloud.')
    .version(version)
    .option('-C, --cluster <folder>', 'the cluster’s folder (default: $KUBEHAUS_CLUSTER, else ".")')
    .showHelpAfterError('(kubehaus help <command> tells more)')
    .exitOverride()
    .addHelpText('after', `\n${exitCodeHelp()}`);
  addValidate(program);
  addRender(program);
  addUp(program);
  return program;
}

function exitCodeHelp(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes:', ...rows].join('\n');
}
