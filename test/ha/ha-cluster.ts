import { hostNamed } from '../../lab/faults/host-named.ts';
import { inHost } from '../../lab/probes/in-host.ts';
import { kubectl } from '../../lab/probes/kubectl.ts';
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

/** etcdctl as it is called on a member. */
export function etcdctl(...args: readonly string[]): readonly string[] {
  const pki = '/etc/etcd/pki';
  return [
    ...['etcdctl', `--cacert=${pki}/ca.crt`, `--cert=${pki}/member.crt`, `--key=${pki}/member.key`],
    ...['--endpoints=https://127.0.0.1:2379', ...args],
  ];
}

/** The member of etcd that leads, as it says itself. */
export async function etcdLeader({ lab, expected }: HaCluster): Promise<string> {
  for (const node of expected.etcd) {
    const { id } = await hostNamed(lab, node);
    const answer = await inHost(lab, id, etcdctl('endpoint', 'status', '--write-out=json'));
    const [{ Status }] = JSON.parse(answer) as [
      { Status: { leader: number; header: { member_id: number } } },
    ];
    if (Status.leader === Status.header.member_id) return node;
  }
  throw new Error('etcd has no leader');
}

/** The nodes that stopped or began to be Ready since then (milliseconds since 1970). */
export async function changedReadiness(cluster: HaCluster, since: number): Promise<readonly string[]> {
  const { items } = JSON.parse(await kubectl(cluster, ['get', 'nodes', '--output=json'])) as {
    items: {
      metadata: { name: string };
      status: { conditions: { type: string; lastTransitionTime: string }[] };
    }[];
  };
  return items
    .filter(({ status }) =>
      status.conditions.some(
        ({ type, lastTransitionTime }) => type === 'Ready' && Date.parse(lastTransitionTime) > since,
      ),
    )
    .map(({ metadata }) => metadata.name);
}
