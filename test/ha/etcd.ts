import { hostNamed } from '../../lab/faults/host-named.ts';
import { inHost } from '../../lab/probes/in-host.ts';
import type { HaCluster } from './ha-cluster.ts';

/** Runs etcdctl on a member, of that member alone unless `--cluster` is among the arguments. It needs no network of the host. */
export async function etcdctl(
  cluster: HaCluster,
  member: string,
  ...args: readonly string[]
): Promise<string> {
  return etcdctlWith('', cluster, member, ...args);
}

/** The same with an input: a value that is too long for an argument. */
export async function etcdctlWith(
  input: string,
  { lab }: HaCluster,
  member: string,
  ...args: readonly string[]
): Promise<string> {
  const { id } = await hostNamed(lab, member);
  const pki = '/etc/etcd/pki';
  const command = [
    ...['etcdctl', `--cacert=${pki}/ca.crt`, `--cert=${pki}/member.crt`, `--key=${pki}/member.key`],
    ...['--endpoints=https://127.0.0.1:2379', ...args],
  ];
  return inHost(lab, id, command, input);
}

interface Status {
  readonly leader: number;
  readonly header: { readonly member_id: number; readonly revision: number };
}

/** How a member sees itself. */
export async function statusOf(cluster: HaCluster, member: string): Promise<Status> {
  const answer = await etcdctl(cluster, member, 'endpoint', 'status', '--write-out=json');
  const [{ Status }] = JSON.parse(answer) as [{ Status: Status }];
  return Status;
}

/** The member of etcd that leads, as it says itself. */
export async function etcdLeader(cluster: HaCluster): Promise<string> {
  for (const member of cluster.expected.etcd) {
    const { leader, header } = await statusOf(cluster, member);
    if (leader === header.member_id) return member;
  }
  throw new Error('etcd has no leader');
}
