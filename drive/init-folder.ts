import { mkdir, writeFile } from 'node:fs/promises';
import { ensureLocalFolder, readOptional, type ClusterFolder } from './cluster-folder.ts';
import { wouldOverwrite } from './errors.ts';
import { firstClusterYaml, type FirstCluster } from './first-cluster.ts';

/** Fails where a cluster.yaml is already. */
export async function refuseToOverwrite(folder: ClusterFolder): Promise<void> {
  if ((await readOptional(folder.clusterYaml)) !== undefined) throw wouldOverwrite(folder.clusterYaml);
}

/** Writes a first cluster.yaml, and the folder for what must not be committed. Returns what was written. */
export async function initFolder(folder: ClusterFolder, cluster: FirstCluster): Promise<readonly string[]> {
  await refuseToOverwrite(folder);
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.clusterYaml, firstClusterYaml(cluster), { flag: 'wx' });
  return [folder.clusterYaml, ...(await ensureLocalFolder(folder))];
}
