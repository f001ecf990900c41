import { signal } from '../processes.ts';
import type { Lab } from '../state.ts';
import type { Host } from './host-named.ts';
import { addNetworkFault } from './network.ts';
import { processesOf } from './processes.ts';

export interface BrokenSsh {
  /** For how many seconds new connections are refused; 0 for not at all. */
  readonly refuseFor?: number;
  /** Where the host's sshd listens. */
  readonly port?: number;
}

/**
 * Breaks all SSH sessions of the host off, where they are: their sshd is killed, so the other end sees the connection close. What
 * they ran lives on without them, as it does when a network breaks. Returns how many there were.
 */
export async function breakSsh(
  lab: Lab,
  host: Host,
  { refuseFor = 0, port = 22 }: BrokenSsh = {},
): Promise<number> {
  if (refuseFor > 0) {
    const until = Math.ceil(Date.now() / 1000 + refuseFor);
    await addNetworkFault(lab, { kind: 'ssh-refused', host: host.id, port, until });
  }
  const daemons = (await processesOf(lab, host)).filter(({ names }) => names.includes('sshd'));
  const pids = new Set(daemons.map(({ pid }) => pid));
  // The one that listens is nobody's child but init's; each session is its child, and may have one of its own.
  const sessions = daemons.filter(({ parent }) => pids.has(parent));
  await Promise.all(sessions.map((session) => signal(session, 'SIGKILL')));
  const children = new Set(sessions.map(({ pid }) => pid));
  return sessions.filter(({ parent }) => !children.has(parent)).length;
}
