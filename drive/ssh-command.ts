import type { ClusterPlan } from '../cluster/plan.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import type { Host } from './inventory.ts';
import { findIdentityFile } from './tools.ts';

/** How to log in: as whom, and the private key, when it is not the agent's or a default one. */
export interface SshAccess {
  readonly folder: ClusterFolder;
  readonly user: string;
  readonly port: number;
  readonly identityFile?: string | undefined;
}

/** How to log in to the servers of a cluster. Fails when a key is named that is not there. */
export async function accessTo(
  folder: ClusterFolder,
  { config: { ssh } }: ClusterPlan,
  identityFile: string | undefined,
): Promise<SshAccess> {
  await findIdentityFile(identityFile);
  return { folder, user: ssh.user, port: ssh.port, identityFile };
}

/**
 * Arguments of `ssh` that every connection to a host has (ssh_config(5)). The host key is pinned at first contact under
 * the server's id: a new server in a node's place is another name, and a changed key of the same server is refused.
 */
export function sshOptions(access: SshAccess, host: Host): string[] {
  const options = [
    `UserKnownHostsFile="${access.folder.knownHosts.replaceAll('%', '%%')}"`,
    `HostKeyAlias=kubehaus-${host.serverId}`,
    'StrictHostKeyChecking=accept-new',
    'HashKnownHosts=no',
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
    'LogLevel=ERROR',
    `Port=${access.port}`,
    ...(access.identityFile === undefined
      ? []
      : [`IdentityFile="${access.identityFile.replaceAll('%', '%%')}"`, 'IdentitiesOnly=yes']),
  ];
  return options.flatMap((option) => ['-o', option]);
}

/** Where to log in, as ssh takes it. */
export function destination({ user }: SshAccess, { address }: Host): string {
  return `${user}@${address}`;
}

/** A command as root runs it; anybody else who logs in may use sudo without a password (stacks/user-data.ts). */
export function asRoot({ user }: SshAccess, command: readonly string[]): readonly string[] {
  return user === 'root' ? command : ['sudo', '--non-interactive', '--', ...command];
}

/** The whole argument list: options, `user@address` and, if given, a command, quoted for the login shell there. */
export function sshArguments(access: SshAccess, host: Host, command: readonly string[] = []): string[] {
  return [
    ...sshOptions(access, host),
    destination(access, host),
    ...(command.length === 0 ? [] : ['--', command.map(quote).join(' ')]),
  ];
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
