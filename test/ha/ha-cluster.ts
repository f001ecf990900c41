import { labCluster, type LabCluster } from '../e2e/lab-cluster.ts';
import type { Expected } from '../e2e/use-tests.ts';

/** A cluster that is rehearsed with, and the nodes that it has. */
export interface HaCluster extends LabCluster {
  readonly level: 3 | 4;
  readonly expected: Expected;
}

const masters = ['demo-master-1', 'demo-master-2', 'demo-master-3'];
const workers = ['demo-worker-1', 'demo-worker-2'];
const nodesOfLevel: Readonly<Record<3 | 4, Expected>> = {
  3: { masters, workers, etcd: masters },
  4: { masters: masters.slice(0, 2), workers, etcd: ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3'] },
};

/** The example of a level in a lab of that name, whose servers are not made yet. */
export async function haCluster(name: string, level: 3 | 4): Promise<HaCluster> {
  return { ...(await labCluster(name, `level-${level}`)), level, expected: nodesOfLevel[level] };
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
