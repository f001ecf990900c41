import type { Command } from 'commander';
import { tunnel } from '../drive/tunnel.ts';
import { folderOf } from './cluster-option.ts';
import { portNumber } from './kubeconfig.ts';
import { identityFileOf, withSshKey, type SshKeyOption } from './ssh-options.ts';

export function addTunnel(program: Command): void {
  withSshKey(program.command('tunnel [command...]'))
    .description('open the way to the API over SSH, until Ctrl-C or for one command')
    .option('--port <port>', 'local port (default: follows from the cluster’s name)', portNumber)
    .addHelpText(
      'after',
      `
A SOCKS proxy on 127.0.0.1, through the first master that answers; when that one dies, through the next. The contexts of
\`kubehaus kubeconfig\` use it. A command runs with your own kubeconfig when that has the cluster, else with .kubehaus/kubeconfig
of the cluster's folder (\`kubehaus kubeconfig --output .kubehaus/kubeconfig\`).

Examples:
  kubehaus tunnel                                    until Ctrl-C
  kubehaus tunnel -- kubectl get nodes               for one command, whose exit code is returned`,
    )
    .action(async (words: string[], flags: SshKeyOption & { port?: number }, command: Command) => {
      process.exitCode = await tunnel(
        folderOf(command),
        {
          identityFile: identityFileOf(flags),
          port: flags.port,
          notice: (text) => {
            // A command's own output stays clean.
            if (words.length === 0) process.stderr.write(`${text}\n`);
          },
          warn: (text) => process.stderr.write(`${text}\n`),
        },
        words,
      );
    });
}
