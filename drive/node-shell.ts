import { execa } from 'execa';
import type { ClusterFolder } from './cluster-folder.ts';
import { unknownNode } from './errors.ts';
import { withoutToken } from './hetzner-token.ts';
import { readHosts } from './inventory.ts';
import { loadFolder } from './load-folder.ts';
import { accessTo, sshArguments } from './ssh-command.ts';

/**
 * Logs in to a node, or runs a command there, with this process's own terminal. Returns ssh's exit code, which is the
 * command's.
 */
export async function nodeShell(
  folder: ClusterFolder,
  name: string,
  command: readonly string[],
  identityFile: string | undefined,
): Promise<number> {
  const { plan } = await loadFolder(folder);
  if (!plan.nodes.some((node) => node.name === name)) {
    throw unknownNode(
      name,
      plan.nodes.map((node) => node.name),
    );
  }
  const host = (await readHosts(folder, plan, [name]))[0];
  if (host === undefined) throw new Error(`readHosts left ${name} out`);
  const access = await accessTo(folder, plan, identityFile);
  const { exitCode } = await execa('ssh', sshArguments(access, host, command), {
    env: withoutToken(process.env),
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
  });
  return exitCode ?? 130;
}
