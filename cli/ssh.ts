import type { Command } from 'commander';
import { nodeShell } from '../drive/node-shell.ts';
import { folderOf } from './cluster-option.ts';
import { identityFileOf, withSshKey, type SshKeyOption } from './ssh-options.ts';

export function addSsh(program: Command): void {
  withSshKey(program.command('ssh <node> [command...]'))
    .description('log in to a node as ssh.user, or run a command there; its host key is checked')
    .addHelpText(
      'after',
      `
Examples:
  kubehaus ssh prod-master-1
  kubehaus ssh prod-master-1 -- journalctl --unit kubelet --since today
  kubehaus ssh prod-master-1 -- sh -c 'dmesg | tail'        # a pipe needs a shell

Where ssh.user is not root, put sudo in front of what needs root. The exit code is the command's own; 255 is ssh's.`,
    )
    .action(async (node: string, words: string[], options: SshKeyOption, command: Command) => {
      process.exitCode = await nodeShell(folderOf(command), node, words, identityFileOf(options));
    });
}
