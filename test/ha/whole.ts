import { setTimeout as sleep } from 'node:timers/promises';
import { LONGEST } from '../../lab/probes/lines.ts';
import type { Probes } from '../../lab/probes/probes.ts';
import type { NodeWindow, ProbeReport } from '../../lab/probes/report.ts';
import { etcdctl } from './etcd.ts';
import type { HaCluster } from './ha-cluster.ts';
import { list } from './looks.ts';

/** For how long nothing may fail, in milliseconds. */
const SPELL = LONGEST;
/** For how long nothing may have failed before nodes, pods and members are looked at, in milliseconds. */
const LATELY = 2000;
/** Between two looks, in milliseconds: they take time that those who are to heal could have. */
const BETWEEN = 2000;
/** How long a cluster may take to heal, in milliseconds. It is no bar: what takes this long does not heal. */
const PATIENCE = 300_000;

/** How long a cluster took to be whole, in milliseconds, and what it was not when it was looked at the last time before that. */
export interface Wait {
  readonly wait: number;
  readonly last: readonly string[];
}

/**
 * Waits until the cluster is whole: every kubelet has reported since then, every pod is ready, every member of etcd is healthy, and for
 * some seconds nothing that the probes asked has failed on any node, nodes under fault included. Conditions of nodes and pods alone say
 * nothing of a node that was gone for half a minute: nobody has noticed yet.
 *
 * @param since when the fault's cause ended, in milliseconds since 1970
 * @returns milliseconds from then to the beginning of the spell in which nothing failed, or to the first look that found nodes, pods and
 *   members well if that was later, and what was missing last
 * @throws when it takes five minutes, with all that is not as it should be
 */
export async function untilWhole(cluster: HaCluster, probes: Probes, since: number): Promise<Wait> {
  const deadline = Date.now() + PATIENCE;
  let last: readonly string[] = [];
  let foundWell: number | undefined;
  for (;;) {
    await sleep(BETWEEN);
    const now = Date.now();
    const from = now - (foundWell === undefined ? LATELY : SPELL);
    if (from < since) continue;
    let missing = failedMeanwhile(await probes.glance(from));
    // Looking takes the processors' time from those that are to heal: it is done when requests are well, and once more at the end.
    if (missing.length === 0) {
      missing = await wrongInside(cluster, since);
      if (missing.length > 0) foundWell = undefined;
      else if (foundWell === undefined) foundWell = Date.now();
      else return { wait: Math.max(from, foundWell) - since, last };
    }
    if (missing.length > 0) last = missing;
    if (Date.now() > deadline) throw new Error(['The cluster does not heal:', ...last].join('\n  '));
  }
}

/** What nodes, pods and members say of themselves; one after the other, since all of them take time. */
async function wrongInside(cluster: HaCluster, since: number): Promise<readonly string[]> {
  const inEtcd = await wrongInEtcd(cluster);
  return inEtcd.length > 0 ? inEtcd : wrongInKubernetes(cluster, since);
}

/** What failed in a spell in which nothing should have. */
function failedMeanwhile({ whole: { nodes, masters } }: ProbeReport): readonly string[] {
  return [
    ...nodes.flatMap((node) =>
      requestsOf(node)
        .filter(([, { requests, failed }]) => requests === 0 || failed > 0)
        .map(([what, { requests, failed }]) => `${node.name}: ${failed} of ${requests} failed: ${what}`),
    ),
    ...nodes.filter(({ watch }) => watch.events === 0).map(({ name }) => `${name}: its watch tells nothing`),
    // Only what nodes that are not under fault asked is counted for masters. Those that come back have the fewest connections, and get the next
    // ones; of the others, one that has most may get none for a while.
    ...(nodes.some(({ underFault }) => !underFault) ? masters : [])
      .filter(({ underFault, answered }) => underFault && answered === 0)
      .map(({ name }) => `${name}: it answered nobody`),
  ];
}

function requestsOf({ read, kept, write, service, pods, towardsFault }: NodeWindow) {
  const pairs = [
    ['reads', read],
    ['reads on a kept connection', kept],
    ['writes', write],
    ['the Service', service],
    ['other nodes’ pods', pods],
    ['pods of nodes under fault', towardsFault.pods],
  ] as const;
  // Without nodes under fault there is nothing to be asked of their pods, and with all of them under fault, of no others’.
  return pairs.filter(([, { requests }], index) => index < 4 || requests > 0);
}

interface Conditions {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const isReady = ({ status }: Conditions): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

async function wrongInKubernetes(cluster: HaCluster, since: number): Promise<readonly string[]> {
  try {
    const [nodes, pods, leases] = await Promise.all([
      list<Conditions>(cluster, 'nodes'),
      list<Conditions>(cluster, 'pods', '--all-namespaces'),
      list<{ metadata: { name: string }; spec: { renewTime: string } }>(
        cluster,
        'leases',
        '--namespace=kube-node-lease',
      ),
    ]);
    const reported = leases.filter(({ spec }) => Date.parse(spec.renewTime) > since);
    const names = [...cluster.expected.masters, ...cluster.expected.workers];
    const [first = ''] = names;
    return [
      ...names.filter((name) => !nodes.some((node) => node.metadata.name === name && isReady(node))),
      ...names.filter((name) => !reported.some(({ metadata }) => metadata.name === name)),
      // Not those of a node that has left, which Kubernetes removes within a minute, nor the probes' on one that has joined, which has none.
      ...pods
        .filter((pod) => names.includes(pod.spec.nodeName ?? first) && !isReady(pod))
        .map(({ metadata }) => metadata.name),
    ].map((name) => `${name}: not ready, or not heard of`);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function wrongInEtcd(cluster: HaCluster): Promise<readonly string[]> {
  const [first = ''] = cluster.expected.etcd;
  try {
    await etcdctl(cluster, first, 'endpoint', 'health', '--cluster');
    return [];
  } catch (error) {
    return [`etcd: ${error instanceof Error ? error.message : String(error)}`];
  }
}
