import { basename, join, resolve } from 'node:path';
import type { ProbedCluster } from './probed-cluster.ts';

/** The namespace of all that the probes have in a cluster. */
export const namespace = 'kubehaus-probe';

/** The folder of all that the probes have on a host. */
export const onHost = '/var/lib/kubehaus-probe';

/** Below {@link onHost}: the program, and the logs of its two modes; the pod sees the last two folders alone. */
export const program = 'bin/cluster-probe';
export const apiLog = 'api/log.jsonl';
export const trafficLog = 'traffic/log.jsonl';
export const tokenFile = 'api/token';

/** The systemd unit of the program's mode `api`. */
export const unit = 'kubehaus-probe.service';

/** Where this machine keeps what the probes found, until the next start or the end of the lab. */
export function evidenceFolder({ lab, folder }: ProbedCluster): string {
  return join(lab.folder, 'probes', basename(resolve(folder)));
}
