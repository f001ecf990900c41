import { loadCluster } from '../cluster/load.ts';
import { LOCK_FILE, type ClusterLock } from '../cluster/lock.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { inFileOrder, type Problem } from '../cluster/problem.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { invalidCluster, noClusterFile } from './errors.ts';
import { fewOf } from './few-of.ts';
import { ADDRESSES_FILE, parseAddresses } from './inventory.ts';

/**
 * Reads and plans the cluster of a folder. Fails with every problem at once, also with what keeps the servers that were made from
 * being known for what they are; changes nothing.
 */
export async function loadFolder(folder: ClusterFolder): Promise<{ plan: ClusterPlan; lock: ClusterLock }> {
  const [clusterYaml, lockYaml, addresses] = await Promise.all([
    readOptional(folder.clusterYaml),
    readOptional(folder.lockYaml),
    readOptional(folder.addresses),
  ]);
  if (clusterYaml === undefined) throw noClusterFile(folder.clusterYaml);
  const made = parseAddresses(addresses);
  const madeNames = made.problems.length > 0 ? [] : Object.keys(made.value.all.hosts);
  const ofServers = [...made.problems, ...(lockYaml === undefined ? withoutLock(madeNames) : [])];
  const loaded = loadCluster({ clusterYaml, lockYaml, serversMade: madeNames.length > 0 });
  if (loaded.ok && ofServers.length === 0) return loaded.value;
  throw invalidCluster(folder.root, inFileOrder([...(loaded.ok ? [] : loaded.problems), ...ofServers]));
}

/** The lock is written before any server is made. Without it, servers that exist would get the addresses and types of new ones. */
function withoutLock(made: readonly string[]): readonly Problem[] {
  return made.length === 0
    ? []
    : [
        {
          file: LOCK_FILE,
          path: '',
          message: `is missing, although servers were made: ${fewOf(made, 4)}`,
          remedy: `Restore it from version control: it has the addresses, locations and types that they keep for life; or, if they are gone, remove ${ADDRESSES_FILE}`,
        },
      ];
}
