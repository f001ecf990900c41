#!/usr/bin/env node
import { Command } from 'commander';
import { labNamed } from '../state.ts';
import { cluster } from './cluster.ts';
import { disk } from './disk.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { faultCommand } from './fault.ts';
import { addHelp } from './help-command.ts';
import { commandsOf } from './name-option.ts';
import { bytes } from './numbers.ts';
import { priceCommand } from './price.ts';
import { probeCommand } from './probe.ts';
import { status } from './status.ts';
import { up } from './up.ts';

const program = new Command('kubehaus-lab')
  .description('Hetzner in a box: an API whose servers are Linux hosts on this machine. Needs root.')
  .enablePositionalOptions();

const command = commandsOf(program);

command('up', 'bring the lab up, or find it up; hosts that were on when it was cut off boot again').action(
  ({ name }: { name: string }) => up(labNamed(name)),
);

command('down', 'remove the lab with all its servers; asks nothing').action(({ name }: { name: string }) =>
  down(labNamed(name)),
);

command('status', 'show whether API and mirror answer, and the hosts')
  .option('--json', 'as JSON', false)
  .action(({ name, json }: { name: string; json: boolean }) => status(labNamed(name), json));

command(
  'cluster',
  "write a cluster's folder for this lab: its mirror, its key, and what hosts that are containers need",
)
  .argument('<cluster.yaml>', 'a cluster, such as examples/level-3/cluster.yaml')
  .action((clusterYaml: string, { name }: { name: string }) => cluster(labNamed(name), clusterYaml));

command('exec', 'run a command in the network of the lab, with its endpoint and token in the environment')
  .argument('<command...>')
  .passThroughOptions()
  .action((command: readonly string[], { name }: { name: string }) => exec(labNamed(name), command));

command('disk', 'give a host that is off a small disk of its own at a folder, which fault fill-disk can fill')
  .argument('<host>', "a server's name or id")
  .argument('<path>', 'such as /var/lib/kubehaus-etcd; what is in it moves there')
  .requiredOption('--size <size>', 'such as 300M or 2G', bytes)
  .action((host: string, path: string, { name, size }: { name: string; size: number }) =>
    disk(labNamed(name), host, path, size),
  );

program.addCommand(faultCommand());
program.addCommand(priceCommand());
program.addCommand(probeCommand());
addHelp(program);

// Signals end us between two steps, never within one. Our children get theirs from the terminal, or end with us.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.on(signal, () => process.exit(128 + number));
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`kubehaus-lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
