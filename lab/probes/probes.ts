import { addMark, beginEvidence, collect, endEvidence, lately, probedNodes } from './evidence.ts';
import { install } from './install.ts';
import type { Mark } from './marks.ts';
import { nodesOf, type ProbedCluster } from './probed-cluster.ts';
import { remove } from './remove.ts';
import { reportOf, type Evidence, type ProbeReport } from './report.ts';

/** Probes that run in a cluster. */
export interface Probes {
  /** These nodes are under fault from now on. */
  fault(label: string, nodes: readonly string[]): Promise<Mark>;
  /** The cause is gone; the nodes may still be on their way back. */
  healed(label: string, nodes: readonly string[]): Promise<Mark>;
  /** All that was found until now. Call it before a host is destroyed: its log goes with it. */
  collect(): Promise<Evidence>;
  /** What a user would have noticed since the start, or since a time (milliseconds since 1970). */
  report(since?: number): Promise<ProbeReport>;
  /** The same at little cost, of hosts that there are now, while the probes run: it says nothing of how writes ended. */
  glance(since: number): Promise<ProbeReport>;
  /** Ends them and removes every trace of them from cluster and hosts. Reports can still be had. */
  stop(): Promise<void>;
}

/**
 * Puts the probes on every master and worker that is on, and fulfills when all of them work; what counts is what they find from then on.
 * Probes that run already are started anew. Fails with what does not work on which node after two minutes.
 */
export async function startProbes(cluster: ProbedCluster): Promise<Probes> {
  await install(cluster);
  return probesOf(cluster);
}

/**
 * The probes that run already, if they are on every master and worker that there is: what they found before is thrown away. Undefined where
 * they are to be started.
 */
export async function goOnProbing(cluster: ProbedCluster): Promise<Probes | undefined> {
  const nodes = (await nodesOf(cluster)).map(({ name }) => name);
  const probed = await probedNodes(cluster);
  if (nodes.length !== probed.length || !nodes.every((name) => probed.includes(name))) return undefined;
  await beginEvidence(cluster, nodes);
  return probesOf(cluster);
}

function probesOf(cluster: ProbedCluster): Probes {
  const mark = (kind: Mark['kind']) => async (label: string, nodes: readonly string[]) =>
    addMark(cluster, { kind, label, nodes });
  return {
    fault: mark('fault'),
    healed: mark('healed'),
    collect: async () => collect(cluster),
    report: async (since) => reportOf(await collect(cluster, since)),
    glance: async (since) => reportOf(await lately(cluster, since)),
    stop: async () => stopProbes(cluster),
  };
}

/** {@link Probes.stop}, for who did not start them. Does nothing where there are none. */
export async function stopProbes(cluster: ProbedCluster): Promise<void> {
  await endEvidence(cluster);
  await remove(cluster);
}
