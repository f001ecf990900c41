import { mkdir, realpath, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { YAMLParseError } from 'yaml';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { unusableKubeconfig } from './errors.ts';
import { firstAnswer } from './hosts-over-ssh.ts';
import { readMadeHosts } from './inventory.ts';
import { kubeconfigFiles } from './kubeconfig-in-use.ts';
import { anyMaster, contextsThroughTunnel, mergeKubeconfig, readAdminConf } from './kubeconfig.ts';
import { loadFolder } from './load-folder.ts';
import { socksPort } from './socks-port.ts';
import { accessTo, asRoot } from './ssh-command.ts';

const ADMIN_CONF = '/etc/kubernetes/admin.conf';

export interface KubeconfigOptions {
  readonly identityFile?: string | undefined;
  /** Where to merge it into; without it, nothing is written. */
  readonly file?: string | undefined;
  /** Local port of the tunnel; `direct` asks the API without one. */
  readonly through: { readonly port?: number | undefined } | 'direct';
}

export interface FetchedKubeconfig {
  readonly text: string;
  readonly contexts: readonly string[];
  readonly currentContext: string;
}

/**
 * Gets the administrator's credentials from the first master that answers, and merges a context for each master. The current one is that
 * for any master, or the first that answered where there is no tunnel.
 */
export async function fetchKubeconfig(
  folder: ClusterFolder,
  { identityFile, file, through }: KubeconfigOptions,
): Promise<FetchedKubeconfig> {
  const { plan } = await loadFolder(folder);
  const masters = (await readMadeHosts(folder, plan)).filter(({ node }) => node.role === 'control-plane');
  const access = await accessTo(folder, plan, identityFile);
  const { host, result } = await firstAnswer(access, masters, asRoot(access, ['cat', ADMIN_CONF]));
  const direct = through === 'direct';
  const contexts = direct ? masters.map(({ node }) => node.name) : contextsThroughTunnel(plan.name, masters);
  const currentContext = direct ? host.node.name : anyMaster(plan.name);
  const entries = {
    cluster: plan.name,
    masters,
    credentials: readAdminConf(result.stdout),
    proxyPort: direct ? undefined : (through.port ?? socksPort(plan.name)),
    currentContext,
  };
  if (file === undefined) return { text: mergeKubeconfig(undefined, entries), contexts, currentContext };
  try {
    const text = mergeKubeconfig(await readOptional(file), entries);
    await writePrivate(file, text);
    return { text, contexts, currentContext };
  } catch (error) {
    if (error instanceof YAMLParseError) throw unusableKubeconfig(file, error.message);
    throw error;
  }
}

/** Where kubectl writes: the first file of KUBECONFIG, else ~/.kube/config. */
export function defaultKubeconfig(env: NodeJS.ProcessEnv = process.env): string {
  return kubeconfigFiles(env)[0] as string;
}

/** Writes a file that is the user's alone (0600), whole or not at all; a symbolic link stays one. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path;
    throw error;
  });
  const temporary = `${target}.${process.pid}.kubehaus-new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, target);
}
