import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { labCluster, type LabCluster } from '../e2e/lab-cluster.ts';
import type { Expected } from '../e2e/use-tests.ts';

/** A cluster that is rehearsed with, and the nodes that it has. */
export interface HaCluster extends LabCluster {
  readonly level: 3 | 4;
  readonly expected: Expected;
}

const masters = ['demo-master-1', 'demo-master-2', 'demo-master-3'];
/** Four nodes that have probes each: what five ask is all that two processors can do. */
const workers = ['demo-worker-1'];
const etcdOfLevel: Readonly<Record<3 | 4, readonly string[]>> = {
  3: masters,
  4: ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3'],
};

/** The example of a level, with three masters and a worker, in a lab of that name; its servers are not made yet. */
export async function haCluster(name: string, level: 3 | 4): Promise<HaCluster> {
  const expected: Expected = { masters, workers, etcd: etcdOfLevel[level] };
  const cluster = { ...(await labCluster(name, `level-${level}`)), level, expected };
  await writeMasters(cluster, masters.length);
  await writeWorkers(cluster, workers.length);
  return cluster;
}

/** Has cluster.yaml ask for so many masters. */
export async function writeMasters(cluster: LabCluster, count: number): Promise<void> {
  await writeCount(cluster, ['controlPlane', 'count'], count);
}

/** Has cluster.yaml ask for so many workers. */
export async function writeWorkers(cluster: LabCluster, count: number): Promise<void> {
  await writeCount(cluster, ['workers', 0, 'count'], count);
}

async function writeCount(
  { folder }: LabCluster,
  path: readonly (string | number)[],
  count: number,
): Promise<void> {
  const file = join(folder, 'cluster.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(path, count);
  await writeFile(file, document.toString({ lineWidth: 0 }));
}

/** All hosts of a cluster, by their names. */
export function everyNode({ masters, workers, etcd }: Expected): readonly string[] {
  return [...new Set([...masters, ...workers, ...etcd])];
}

/** Runs commands of kubehaus, one after the other; throws at the first that fails, with what it said. */
export async function mustRun(
  cluster: HaCluster,
  ...commands: readonly (readonly string[])[]
): Promise<void> {
  for (const command of commands) {
    const ended = await cluster.kubehaus(command);
    if (ended.exitCode !== 0) throw new Error(`kubehaus ${command.join(' ')}: ${ended.all}`);
  }
}
