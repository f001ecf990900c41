import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../drive/exit-codes.ts';
import { packageRoot } from '../drive/package-root.ts';
import { addConfigure } from './configure.ts';
import { addDestroy } from './destroy.ts';
import { addDiff } from './diff.ts';
import { addGraph } from './graph.ts';
import { addHelp } from './help-command.ts';
import { addInit } from './init.ts';
import { addKubeconfig } from './kubeconfig.ts';
import { addPlan } from './plan.ts';
import { addRender } from './render.ts';
import { addSchema } from './schema.ts';
import { addSsh } from './ssh.ts';
import { addStatus } from './status.ts';
import { addTunnel } from './tunnel.ts';
import { addUp } from './up.ts';
import { addValidate } from './validate.ts';

/** In the order in which a cluster lives. */
const subcommands = [
  addInit,
  addValidate,
  addSchema,
  addPlan,
  addGraph,
  addRender,
  addDiff,
  addUp,
  addConfigure,
  addKubeconfig,
  addTunnel,
  addStatus,
  addSsh,
  addDestroy,
];

/** The `kubehaus` command with all its subcommands. */
export function kubehausProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('kubehaus')
    .description('One file, cluster.yaml, becomes a highly available Kubernetes cluster on Hetzner Cloud.')
    .version(version)
    .option('-C, --cluster <folder>', 'the cluster’s folder (default: $KUBEHAUS_CLUSTER, else ".")')
    // Before the subcommands are made: they take it over, and so name -C in their own help.
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(kubehaus help <command> tells more)')
    .exitOverride()
    .addHelpText('after', `\n${exitCodeHelp()}`);
  for (const add of [...subcommands, addHelp]) add(program);
  return program;
}

function exitCodeHelp(): string {
  const rows = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...rows].join('\n');
}
