import { execa } from 'execa';
import pLimit from 'p-limit';
import type { Host } from './inventory.ts';
import { withoutToken } from './hetzner-token.ts';
import { sshArguments, type SshAccess } from './ssh-command.ts';
import { sshOutcome, type SshOutcome } from './ssh-outcome.ts';

export interface SshResult {
  readonly outcome: SshOutcome;
  readonly stdout: string;
  readonly stderr: string;
}

/** Connections that are made at a time: a thousand nodes need not mean a thousand processes on the operator's machine. */
const limit = pLimit(64);

/** Runs a command on a host and returns what it said. Never throws for what happens there or on the way. */
export async function ssh(
  access: SshAccess,
  host: Host,
  command: readonly string[],
  { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined } = {},
): Promise<SshResult> {
  const result = await limit(() =>
    execa('ssh', sshArguments(access, host, command), {
      env: withoutToken(process.env),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    }),
  );
  const outcome: SshOutcome = result.timedOut
    ? { kind: 'unreachable', message: `no answer within ${(timeoutMs ?? 0) / 1000} s` }
    : sshOutcome(result.exitCode ?? 255, result.stderr);
  return { outcome, stdout: result.stdout, stderr: result.stderr };
}
