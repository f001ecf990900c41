import type { Command } from 'commander';
import { configure } from '../drive/up.ts';
import { folderOf } from './cluster-option.ts';
import { printTimes } from './finish.ts';
import { reporterFor } from './reporter.ts';
import { identityFileOf, withSshKey, withSshTimeout, type SshKeyOption } from './ssh-options.ts';

export function addConfigure(program: Command): void {
  withSshTimeout(withSshKey(program.command('configure [ansible-arguments...]')))
    .description('the Ansible half of up: configure the servers that exist; needs no token')
    .showHelpAfterError(
      '(options of ansible-playbook stand after --: kubehaus configure -- --tags etcd; kubehaus help configure tells more)',
    )
    .addHelpText(
      'after',
      `
Examples:
  kubehaus configure                                     everything
  kubehaus configure -- --tags etcd                      one phase: provision, network-setup, etcd, setup-ha,
                                                         install-masters, install-workers
  kubehaus configure -- --limit prod-worker-4            some nodes; the others need not even answer
  kubehaus configure -- --check --diff                   what has drifted on the servers; changes nothing`,
    )
    .action(async (more: string[], options: SshKeyOption & { sshTimeout: number }, command: Command) => {
      const reporter = await reporterFor();
      try {
        const times = await configure(
          folderOf(command),
          {
            identityFile: identityFileOf(options),
            sshPatienceMs: options.sshTimeout * 1000,
            ansibleArguments: more,
          },
          reporter,
        );
        printTimes(reporter, times, ['Next: kubehaus status']);
      } finally {
        await reporter.flush();
      }
    });
}
