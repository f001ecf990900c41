import { PROBE_MS } from './hosts-over-ssh.ts';
import type { Host } from './inventory.ts';
import { asRoot, type SshAccess } from './ssh-command.ts';
import { ssh } from './ssh.ts';

/** What an etcd member has saved of its data. */
export interface Snapshots {
  /** When the newest one was taken, e.g. `2026-11-22T12:00:04.000Z`; absent where there is none yet. */
  readonly newest?: string;
  /** Whether the last try failed. */
  readonly failed: boolean;
}

/** Asks a member's host for its snapshots (roles/etcd/files/etcd-snapshot). A host that breaks off tells of none. */
export async function askSnapshots(access: SshAccess, host: Host, folder: string): Promise<Snapshots> {
  const ask = (command: readonly string[]) => ssh(access, host, command, { timeoutMs: PROBE_MS });
  // `find` fails where the folder has not been made yet; the times are in seconds since 1970.
  const find = [
    'find',
    folder,
    '-maxdepth',
    '1',
    '-name',
    `etcd-${host.node.name}-*.db`,
    '-printf',
    '%T@\\n',
  ];
  const [files, unit] = await Promise.all([
    ask(asRoot(access, find)),
    ask(['systemctl', 'is-failed', 'etcd-snapshot.service']),
  ]);
  const times = files.stdout.split('\n').filter(Boolean).map(Number);
  return {
    ...(times.length === 0 ? {} : { newest: new Date(Math.max(...times) * 1000).toISOString() }),
    failed: unit.stdout.trim() === 'failed',
  };
}
