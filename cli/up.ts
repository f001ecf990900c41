import type { Command } from 'commander';
import { up } from '../drive/up.ts';
import { folderOf } from './cluster-option.ts';
import { printTimes } from './finish.ts';
import { reporterFor } from './reporter.ts';
import { identityFileOf, withSshKey, withSshTimeout, type SshKeyOption } from './ssh-options.ts';
import { wantsColor } from './style.ts';

export function addUp(program: Command): void {
  withSshTimeout(withSshKey(program.command('up')))
    .description(
      'make the cluster what cluster.yaml says: render, terraform apply, wait for SSH, ansible-playbook',
    )
    .option('-y, --yes', 'apply Terraform’s plan without asking', false)
    .addHelpText(
      'after',
      `
Needs terraform (or tofu) and ansible-playbook in PATH, and HCLOUD_TOKEN in the environment. Shows Terraform's plan and
asks before anything is made. Run again at any time, also after an interruption: it goes on where it stopped.

Examples:
  kubehaus up                        in the cluster's folder
  kubehaus up -C clusters/prod -y    somewhere else, in a script`,
    )
    .action(async (options: SshKeyOption & { yes: boolean; sshTimeout: number }, command: Command) => {
      const reporter = await reporterFor();
      try {
        const times = await up(
          folderOf(command),
          {
            yes: options.yes,
            color: wantsColor(process.stdout),
            identityFile: identityFileOf(options),
            sshPatienceMs: options.sshTimeout * 1000,
            ansibleArguments: [],
          },
          reporter,
        );
        printTimes(reporter, times, ['Next: kubehaus kubeconfig, then kubehaus tunnel -- kubectl get nodes']);
      } finally {
        await reporter.flush();
      }
    });
}
