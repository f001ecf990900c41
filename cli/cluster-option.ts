import type { Command } from 'commander';
import { clusterFolder, type ClusterFolder } from '../drive/cluster-folder.ts';

/** The cluster's folder: `-C`, else KUBEHAUS_CLUSTER, else the working directory. */
export function folderOf(command: Command): ClusterFolder {
  const { cluster } = command.optsWithGlobals<{ cluster?: string }>();
  return clusterFolder(cluster ?? process.env['KUBEHAUS_CLUSTER'] ?? '.');
}
