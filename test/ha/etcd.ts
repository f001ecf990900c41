import { hostNamed } from '../../lab/faults/host-named.ts';
import { inHost } from '../../lab/probes/in-host.ts';
import { etcdctlCommand } from '../e2e/etcdctl.ts';
import { eventually } from '../e2e/waiting.ts';
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
  return inHost(lab, id, etcdctlCommand(...args), input);
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

/** Has another member lead etcd than one of these hosts. Where none of them leads, nothing changes. */
export async function spareLeader(cluster: HaCluster, hosts: readonly string[]): Promise<void> {
  const leader = await etcdLeader(cluster);
  if (!hosts.includes(leader)) return;
  const list = await etcdctl(cluster, leader, 'member', 'list', '--write-out=simple');
  // ID, status, name, …
  const members = list.split('\n').map((line) => line.split(', '));
  const next = members.find(([, , name = '']) => !hosts.includes(name));
  if (next?.[0] === undefined) throw new Error(`no member but ${hosts.join(', ')} could lead etcd: ${list}`);
  await etcdctl(cluster, leader, 'move-leader', next[0]);
  await eventually(30, async () => {
    const now = await etcdLeader(cluster);
    if (hosts.includes(now)) throw new Error(`${now} leads etcd`);
  });
}
