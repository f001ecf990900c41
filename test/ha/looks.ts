import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '../../lab/probes/kubectl.ts';
import { etcdctl, statusOf } from './etcd.ts';
import type { HaCluster } from './ha-cluster.ts';

/** For how long a kubelet may not have been heard, in milliseconds: it renews its lease every 10 s, and tries for up to 10 s. */
const SILENT = 20_000;

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly lastTransitionTime: string }[];
  };
}
interface Lease {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly renewTime: string };
}

/** What Kubernetes has of a kind. */
export async function list<T>(cluster: HaCluster, ...args: readonly string[]): Promise<readonly T[]> {
  // A master that is cut off would think about it for a minute; then the next one is asked.
  const answer = await kubectl(cluster, ['get', ...args, '--output=json', '--request-timeout=5s']);
  return (JSON.parse(answer) as { items: readonly T[] }).items;
}

/** The nodes that stopped or began to be Ready since then (milliseconds since 1970). */
export async function changedReadiness(cluster: HaCluster, since: number): Promise<readonly string[]> {
  return (await list<Node>(cluster, 'nodes'))
    .filter(({ status }) =>
      status.conditions.some(
        ({ type, lastTransitionTime }) => type === 'Ready' && Date.parse(lastTransitionTime) > since,
      ),
    )
    .map(({ metadata }) => metadata.name);
}

/**
 * Sentences about the kubelets, but for those nodes', that were not heard lately: they are on their way to NotReady, which takes longer than most
 * faults last (--node-monitor-grace-period, 50 s).
 */
export async function silentKubelets(cluster: HaCluster, but: readonly string[]): Promise<readonly string[]> {
  const now = Date.now();
  // The lease of a node that was deleted goes a little later.
  const nodes = [...cluster.expected.masters, ...cluster.expected.workers].filter(
    (name) => !but.includes(name),
  );
  return (await list<Lease>(cluster, 'leases', '--namespace=kube-node-lease'))
    .filter(
      ({ metadata, spec }) => nodes.includes(metadata.name) && now - Date.parse(spec.renewTime) > SILENT,
    )
    .map(({ metadata, spec }) => `${metadata.name}: its kubelet was last heard at ${spec.renewTime}`);
}

/**
 * Sentences about members of etcd whose data differ from the first one's, as of the same revision, after some tries: a member may be behind, or
 * just be compacting.
 */
export async function divergedMembers(cluster: HaCluster): Promise<readonly string[]> {
  for (let tries = 1; ; tries += 1) {
    const found = await differingMembers(cluster).catch((error: Error) => [error.message]);
    if (found.length === 0 || tries === 5) return found;
    await sleep(2000);
  }
}

async function differingMembers(cluster: HaCluster): Promise<readonly string[]> {
  const [first = '', ...others] = cluster.expected.etcd;
  const { revision } = (await statusOf(cluster, first)).header;
  const dataOf = async (member: string): Promise<string> => {
    const hashkv = ['endpoint', 'hashkv', `--rev=${revision}`, '--write-out=json'];
    const [{ HashKV }] = JSON.parse(await etcdctl(cluster, member, ...hashkv)) as [
      { HashKV: { hash: number; compact_revision: number } },
    ];
    return `${HashKV.hash}, compacted to ${HashKV.compact_revision}`;
  };
  const wanted = await dataOf(first);
  const found: string[] = [];
  for (const member of others) {
    const its = await dataOf(member);
    if (its !== wanted)
      found.push(`${member}: its data at revision ${revision} have the hash ${its}; ${first}’s ${wanted}`);
  }
  return found;
}
