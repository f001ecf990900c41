import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { wouldOverwrite } from './errors.ts';
import { firstClusterYaml, type FirstCluster } from './first-cluster.ts';

const IGNORED = '.kubehaus/';

/** Fails where a cluster.yaml is already. */
export async function refuseToOverwrite(folder: ClusterFolder): Promise<void> {
  if ((await readOptional(folder.clusterYaml)) !== undefined) throw wouldOverwrite(folder.clusterYaml);
}

/** Writes a first cluster.yaml, and a .gitignore for what must not be committed. Returns what was written. */
export async function initFolder(folder: ClusterFolder, cluster: FirstCluster): Promise<readonly string[]> {
  await refuseToOverwrite(folder);
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.clusterYaml, firstClusterYaml(cluster), { flag: 'wx' });
  return [folder.clusterYaml, ...(await ignoreLocal(folder))];
}

async function ignoreLocal(folder: ClusterFolder): Promise<string[]> {
  const path = join(folder.root, '.gitignore');
  const before = await readOptional(path);
  if (before?.split('\n').includes(IGNORED)) return [];
  const start =
    before === undefined || before === '' || before.endsWith('\n') ? (before ?? '') : `${before}\n`;
  await writeFile(path, `${start}${IGNORED}\n`);
  return [path];
}
