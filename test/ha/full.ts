import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fillDisk } from '../../lab/faults/disk.ts';
import { hostNamed, type Host } from '../../lab/faults/host-named.ts';
import { powerOff, powerOn } from '../../lab/faults/power.ts';
import { disksOf, giveDisk } from '../../lab/hosts/disks.ts';
import { filesOf, inHost } from '../../lab/probes/in-host.ts';
import { playbook } from '../e2e/playbook.ts';
import { eventually } from '../e2e/waiting.ts';
import { etcdctl, etcdctlWith } from './etcd.ts';
import type { HaCluster } from './ha-cluster.ts';

export const ETCD_DATA = '/var/lib/kubehaus-etcd';
/** Bytes of a member's disk: room for five files of the log (64 MB each), one ahead, the database, and a copy that is being defragmented. */
const DISK = 1024 * 1024 * 1024;
/** Bytes of the lowered quota. What Kubernetes has of its own is less than a tenth of it here. */
const QUOTA = 128 * 1024 * 1024;
const OWN_SETTINGS = '/etc/etcd/rehearsal.env';
const DROP_IN = '/etc/systemd/system/etcd.service.d';
const FILLER = '/rehearsal/full/';

/** The member whose data lie on a disk of its own, which can be full; it is the last, so that the first is not always the one. */
export function memberWithDisk({ expected }: HaCluster): string {
  const last = expected.etcd.at(-1);
  if (last === undefined) throw new Error('there is no member');
  return last;
}

/** Puts its data on a disk of its own, once; the member must be powered off for that. */
export async function giveMemberDisk(cluster: HaCluster): Promise<void> {
  const host = await hostNamed(cluster.lab, memberWithDisk(cluster));
  const there = await disksOf(cluster.lab, host.id);
  if (there.some(({ path }) => path === ETCD_DATA)) return;
  await powerOff(cluster.lab, host);
  await giveDisk(cluster.lab, host.id, ETCD_DATA, DISK);
  await powerOn(cluster.lab, host);
  // A host that boots has nobody to answer for a while.
  await eventually(120, () => etcdctl(cluster, host.name, 'endpoint', 'health', '--cluster'));
}

/**
 * Has every member take so little that it can be filled in seconds, once. From then on `kubehaus up` would restart the members, whose settings are not
 * its own.
 */
export async function lowerQuota(cluster: HaCluster): Promise<void> {
  // What was deleted before counts as well until then.
  await playbook(cluster, 'etcd-make-room.yml');
  for (const member of cluster.expected.etcd) {
    const { id } = await hostNamed(cluster.lab, member);
    const { root } = await filesOf(cluster.lab, id);
    if (existsSync(join(root, OWN_SETTINGS))) continue;
    const settings = `ETCD_QUOTA_BACKEND_BYTES=${QUOTA}\n`;
    await inHost(cluster.lab, id, ['sh', '-c', `cat > ${OWN_SETTINGS}`], settings);
    const unit = `[Service]\nEnvironmentFile=${OWN_SETTINGS}\n`;
    await inHost(
      cluster.lab,
      id,
      ['sh', '-c', `mkdir -p ${DROP_IN} && cat > ${DROP_IN}/rehearsal.conf`],
      unit,
    );
    await inHost(cluster.lab, id, ['systemctl', 'daemon-reload']);
    await inHost(cluster.lab, id, ['systemctl', 'restart', 'etcd.service']);
    await eventually(60, () => etcdctl(cluster, member, 'endpoint', 'health', '--cluster'));
  }
}

const MEGABYTE = 'x'.repeat(1024 * 1024);

/** Writes until etcd takes nothing any more. */
export async function fillDatabase(cluster: HaCluster): Promise<void> {
  const [member = ''] = cluster.expected.etcd;
  for (let count = 0; count < (2 * QUOTA) / MEGABYTE.length; count += 1) {
    try {
      await etcdctlWith(MEGABYTE, cluster, member, 'put', `${FILLER}${count}`);
    } catch (error) {
      if (error instanceof Error && error.message.includes('database space exceeded')) return;
      throw error;
    }
  }
  throw new Error(`${member} takes more than its quota`);
}

/** Fills a member's disk, and what is left of the file that its log is in: until its etcd ends. */
export async function fillMemberDisk(cluster: HaCluster, host: Host): Promise<void> {
  await fillDisk(cluster.lab, host, ETCD_DATA);
  const other = cluster.expected.etcd.find((member) => member !== host.name) ?? '';
  for (let count = 0; count < 150; count += 1) {
    await etcdctlWith(MEGABYTE, cluster, other, 'put', `${FILLER}log`);
    const ask = ['systemctl', 'show', '--property=ActiveState', '--value', 'etcd.service'];
    const state = await inHost(cluster.lab, host.id, ask);
    if (state !== 'active') return;
  }
  throw new Error(`${host.name}: etcd goes on although its disk is full`);
}

/** Deletes what filled it, which makes no room yet. */
export async function emptyDatabase(cluster: HaCluster): Promise<void> {
  const [member = ''] = cluster.expected.etcd;
  await etcdctl(cluster, member, 'del', '--prefix', FILLER);
}

/** What docs/recovering.md says. */
export async function makeRoom(cluster: HaCluster): Promise<void> {
  await emptyDatabase(cluster);
  await playbook(cluster, 'etcd-make-room.yml');
}
