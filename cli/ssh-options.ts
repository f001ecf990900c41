import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { DEFAULT_SSH_PATIENCE_MS } from '../drive/wait-for-ssh.ts';

export interface SshKeyOption {
  readonly sshKey?: string;
}

/** `--ssh-key`, for every command that logs in. */
export function withSshKey(command: Command): Command {
  return command.option(
    '--ssh-key <file>',
    'private key to log in with (default: $KUBEHAUS_SSH_KEY, else the agent and your default keys)',
  );
}

/** The key's path as ansible-playbook can use it, too, which runs in another folder; both programs know `~`. */
export function identityFileOf({ sshKey }: SshKeyOption): string | undefined {
  const path = sshKey ?? (process.env['KUBEHAUS_SSH_KEY'] || undefined);
  return path === undefined || path.startsWith('~') ? path : resolve(path);
}

/** `--ssh-timeout`, for commands that wait for servers. */
export function withSshTimeout(command: Command): Command {
  return command.option(
    '--ssh-timeout <seconds>',
    'how long to wait until every node answers over SSH',
    positiveSeconds,
    DEFAULT_SSH_PATIENCE_MS / 1000,
  );
}

function positiveSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return seconds;
}
