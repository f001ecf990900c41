import { accessDenied, hostKeyChanged, noneSucceeded } from './errors.ts';
import type { Host } from './inventory.ts';
import type { SshAccess } from './ssh-command.ts';
import { ssh, type SshResult } from './ssh.ts';

/** How long a host may take to answer when several can be asked. */
export const PROBE_MS = 15_000;

/**
 * The first of the hosts on which `command` succeeds, asked one after the other, and what it said. Fails when none does;
 * a changed host key stops the search at once.
 */
export async function firstAnswer(
  access: SshAccess,
  hosts: readonly Host[],
  command: readonly string[],
): Promise<{ readonly host: Host; readonly result: SshResult }> {
  const tried: { name: string; last: string; denied: boolean }[] = [];
  for (const host of hosts) {
    const result = await ssh(access, host, command, { timeoutMs: PROBE_MS });
    const { outcome } = result;
    const name = host.node.name;
    switch (outcome.kind) {
      case 'host-key-changed':
        throw hostKeyChanged([name], access.folder.knownHosts);
      case 'ran':
        if (outcome.exitCode === 0) return { host, result };
        tried.push({ name, last: result.stderr.trim() || `exit code ${outcome.exitCode}`, denied: false });
        break;
      case 'denied':
      case 'unreachable':
        tried.push({ name, last: outcome.message, denied: outcome.kind === 'denied' });
        break;
      default:
        outcome satisfies never;
    }
  }
  throw tried.length > 0 && tried.every(({ denied }) => denied)
    ? accessDenied(tried)
    : noneSucceeded(command, tried);
}
