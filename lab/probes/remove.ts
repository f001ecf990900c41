import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf, inHost } from './in-host.ts';
import { kubectl } from './kubectl.ts';
import { namespace, onHost, unit } from './places.ts';
import { nodesOf, type ProbedCluster, type ProbedNode } from './probed-cluster.ts';

/**
 * Removes every trace of the probes, from hosts that are off as well. Fails when no master can be asked to remove what is in the
 * cluster; all else is gone then, and the same command does the rest.
 */
export async function remove(cluster: ProbedCluster): Promise<void> {
  // The pods first: their folder is theirs while they run.
  const inCluster = await kubectl(cluster, [
    'delete',
    'namespace',
    namespace,
    '--ignore-not-found',
    '--timeout=90s',
  ]).catch((error: unknown) => error);
  for (const node of await nodesOf(cluster)) await removeFrom(cluster, node);
  if (inCluster instanceof Error) {
    throw new Error(
      `Namespace ${namespace} is still in the cluster; run the same command again when it can be asked.`,
      {
        cause: inCluster,
      },
    );
  }
}

async function removeFrom({ lab }: ProbedCluster, { id }: ProbedNode): Promise<void> {
  const { root, runs } = await filesOf(lab, id);
  const systemd = join(root, 'etc/systemd/system');
  const installed = existsSync(join(systemd, unit));
  if (runs && installed) await inHost(lab, id, ['systemctl', 'disable', '--quiet', '--now', unit]);
  await rm(join(systemd, 'multi-user.target.wants', unit), { force: true });
  await rm(join(systemd, unit), { force: true });
  if (runs && installed) await inHost(lab, id, ['systemctl', 'daemon-reload']);
  await rm(join(root, onHost), { recursive: true, force: true });
}
