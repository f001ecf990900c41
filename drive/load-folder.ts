import { loadCluster } from '../cluster/load.ts';
import type { ClusterLock } from '../cluster/lock.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { invalidCluster, noClusterFile } from './errors.ts';

/** Reads and plans the cluster of a folder. Fails with every problem at once; changes nothing. */
export async function loadFolder(folder: ClusterFolder): Promise<{ plan: ClusterPlan; lock: ClusterLock }> {
  const [clusterYaml, lockYaml] = await Promise.all([
    readOptional(folder.clusterYaml),
    readOptional(folder.lockYaml),
  ]);
  if (clusterYaml === undefined) throw noClusterFile(folder.clusterYaml);
  const loaded = loadCluster({ clusterYaml, lockYaml });
  if (!loaded.ok) throw invalidCluster(folder.root, loaded.problems);
  return loaded.value;
}
