import { join } from 'node:path';
import { parseAnsibleEvent } from './ansible-events.ts';
import { ansibleProgress, type AnsibleResult } from './ansible-progress.ts';
import { ansibleFailed, hostKeyChanged, lostHosts } from './errors.ts';
import { withoutToken } from './hetzner-token.ts';
import { packageRoot } from './package-root.ts';
import { runCommand } from './run-command.ts';
import type { Run } from './run.ts';
import { showsChangedHostKey } from './ssh-outcome.ts';
import type { Tool } from './tools.ts';

export interface PlaybookOptions {
  /** In the project, e.g. `site.yml`. */
  readonly playbook: string;
  /** Folder of the project. @default rendered/ansible */
  readonly project?: string;
  readonly identityFile?: string | undefined;
  /** More arguments of ansible-playbook, as the user gave them. */
  readonly more?: readonly string[];
}

/** A playbook that came to a good end. */
export interface PlaybookRun extends AnsibleResult {
  /** Whole output of ansible-playbook. */
  readonly logFile: string;
}

/** Runs a rendered playbook. Its output goes to the log; phases, nodes and failures go to the reporter. */
export async function runPlaybook(run: Run, tool: Tool, options: PlaybookOptions): Promise<PlaybookRun> {
  const progress = ansibleProgress(run.reporter);
  const { identityFile, more = [], project = run.folder.ansible } = options;
  let ended;
  let result: AnsibleResult | undefined;
  try {
    ended = await runCommand(run, {
      phase: `ansible-${options.playbook.replace(/\.yml$/, '')}`,
      file: tool.file,
      args: [
        options.playbook,
        // As in drive/ssh-command.ts: with an agent full of other keys, sshd would have enough of them before this one's turn.
        ...(identityFile === undefined
          ? []
          : [`--private-key=${identityFile}`, '--ssh-extra-args=-o IdentitiesOnly=yes']),
        ...more,
      ],
      cwd: project,
      env: {
        ...withoutToken(run.env),
        ANSIBLE_CONFIG: join(project, 'ansible.cfg'),
        ANSIBLE_NOCOLOR: '1',
        ANSIBLE_FORCE_COLOR: '0',
        ANSIBLE_CALLBACK_PLUGINS: join(packageRoot(), 'drive', 'ansible', 'callback_plugins'),
        ANSIBLE_CALLBACKS_ENABLED: 'kubehaus_events',
        KUBEHAUS_EVENTS_FD: '3',
        // The rendered tree stays as it was rendered.
        PYTHONDONTWRITEBYTECODE: '1',
      },
      onEvent: (line) => progress.take(parseAnsibleEvent(line)),
    });
  } finally {
    result = progress.finish(
      run.interruption.signal.aborted ? 'stopped' : ended?.exitCode === 0 ? 'done' : 'failed',
    );
    run.times.push(...result.times);
  }
  if (ended.exitCode === 0) return { ...result, logFile: ended.logFile };
  const strangers = result.unreachable.filter(({ message }) => showsChangedHostKey(message));
  if (strangers.length > 0)
    throw hostKeyChanged(
      strangers.map(({ host }) => host),
      run.folder.knownHosts,
    );
  if (result.failures.length > 0 || result.unreachable.length === 0) {
    throw ansibleFailed([...result.failures, ...result.unreachable], ended);
  }
  throw lostHosts(result.unreachable, ended);
}
