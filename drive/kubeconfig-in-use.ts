import { delimiter, join } from 'node:path';
import { homedir } from 'node:os';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { currentContext, hasContext } from './kubeconfig.ts';
import { writeIfChanged } from './write-file.ts';

/** The files that kubectl reads (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). */
export function kubeconfigFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

/**
 * KUBECONFIG for a command that is to reach the cluster, whose contexts these are: the user's own files when they have one of
 * them; else, unless KUBECONFIG says otherwise, that of the cluster's folder; undefined when none has. Where another cluster's
 * context is the current one, a file in front names one of this cluster: of several current contexts kubectl takes the first.
 */
export async function kubeconfigFor(
  contexts: readonly string[],
  folder: ClusterFolder,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const own = kubeconfigFiles(env);
  const read = async (files: readonly string[]) => Promise.all(files.map((file) => readOptional(file)));
  const candidates = env['KUBECONFIG'] ? [own] : [own, [folder.kubeconfig]];
  for (const files of candidates) {
    const texts = await read(files);
    const known = contexts.filter((context) => texts.some((text) => hasContext(text, [context])));
    const [first] = known;
    if (first === undefined) continue;
    const current = texts.map(currentContext).find((name) => name !== undefined);
    if (current !== undefined && known.includes(current)) return files.join(delimiter);
    await writeIfChanged(folder.currentContext, `apiVersion: v1\nkind: Config\ncurrent-context: ${first}\n`);
    return [folder.currentContext, ...files].join(delimiter);
  }
  return undefined;
}
