import { delimiter, join } from 'node:path';
import { homedir } from 'node:os';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { hasContext } from './kubeconfig.ts';

/** The files that kubectl reads (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). */
export function kubeconfigFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

/**
 * With which kubeconfig a command reaches the cluster: the user's own when it has a context of one of these names; else, unless
 * KUBECONFIG says otherwise, that of the cluster's folder; `undefined` when none has.
 */
export async function kubeconfigWith(
  contexts: readonly string[],
  folder: ClusterFolder,
  env: NodeJS.ProcessEnv,
): Promise<'own' | { readonly file: string } | undefined> {
  const has = async (file: string) => hasContext(await readOptional(file), contexts);
  for (const file of kubeconfigFiles(env)) if (await has(file)) return 'own';
  if (env['KUBECONFIG']) return undefined;
  return (await has(folder.kubeconfig)) ? { file: folder.kubeconfig } : undefined;
}
