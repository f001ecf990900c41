import { kubectl } from '../../lab/probes/kubectl.ts';
import { mustRun, writeMasters, writeWorkers, type HaCluster } from './ha-cluster.ts';

async function setWorkers(cluster: HaCluster, count: number): Promise<void> {
  await writeWorkers(cluster, count);
  await mustRun(cluster, ['up', '--yes']);
}

/** One more worker, as docs/outputs.md has it; `kubehaus up` ends when it is Ready. */
export async function workerJoins(cluster: HaCluster): Promise<void> {
  await setWorkers(cluster, cluster.expected.workers.length + 1);
}

/** The last worker leaves, as docs/from-hetzner-kube.md has it. */
export async function workerLeaves(cluster: HaCluster): Promise<void> {
  const last = `demo-worker-${cluster.expected.workers.length + 1}`;
  await kubectl(cluster, ['drain', last, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s']);
  await setWorkers(cluster, cluster.expected.workers.length);
  await kubectl(cluster, ['delete', 'node', last]);
}

/** Two more masters, and with stacked etcd members: the load balancers of all nodes get other servers. `kubehaus up` ends when they are Ready. */
export async function mastersJoin(cluster: HaCluster): Promise<void> {
  await writeMasters(cluster, cluster.expected.masters.length + 2);
  await mustRun(cluster, ['up', '--yes']);
}
