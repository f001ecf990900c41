import type { ClusterFolder } from './cluster-folder.ts';
import type { Host } from './inventory.ts';

/** How to log in: the private key, when it is not the agent's or a default one. */
export interface SshAccess {
  readonly folder: ClusterFolder;
  readonly port: number;
  readonly identityFile?: string | undefined;
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

/** The whole argument list: options, `root@address` and, if given, a command, quoted for the login shell there. */
export function sshArguments(access: SshAccess, host: Host, command: readonly string[] = []): string[] {
  return [
    ...sshOptions(access, host),
    `root@${host.address}`,
    ...(command.length === 0 ? [] : ['--', command.map(quote).join(' ')]),
  ];
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
