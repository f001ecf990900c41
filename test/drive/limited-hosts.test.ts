import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClusterFolder } from '../../drive/cluster-folder.ts';
import { hostsOfLimit, limitIn } from '../../drive/limited-hosts.ts';
import { findAnsible } from '../../drive/tools.ts';
import { folderWith } from './cluster-in-a-folder.ts';

async function inventory(): Promise<ClusterFolder> {
  const folder = await folderWith();
  await mkdir(join(folder.ansible, 'inventory'), { recursive: true });
  await writeFile(join(folder.ansible, 'ansible.cfg'), '[defaults]\ninventory = inventory\n');
  await writeFile(
    join(folder.ansible, 'inventory', 'cluster.yml'),
    'all: {children: {etcd: {hosts: {prod-etcd-1: {}}}, workers: {hosts: {prod-worker-1: {}, prod-worker-2: {}}}}}\n',
  );
  return folder;
}

describe('the arguments of ansible-playbook', () => {
  it.each([
    [['--limit', 'etcd'], 'etcd'],
    [['--tags', 'etcd', '--limit=workers:!prod-worker-1', '--check'], 'workers:!prod-worker-1'],
    [['-l', 'etcd'], 'etcd'],
    [['-letcd'], 'etcd'],
    [['--lim', 'etcd'], 'etcd'],
    [['--lim=etcd', '-v'], 'etcd'],
    [['-tinstall-masters'], undefined],
    [['-t', '-letcd'], undefined],
    [['-elabel=1'], undefined],
    [['--limit', 'etcd', '--limit', 'workers'], 'workers'],
    [['--tags', 'etcd', '--diff', '-v'], undefined],
    [[], undefined],
  ])('%j limit the run to %s', (given, limit) => {
    expect(limitIn(given)?.pattern).toBe(limit);
  });
});

describe('a limit', () => {
  it('means what Ansible takes it for', async () => {
    const folder = await inventory();
    const ansible = await findAnsible(process.env);
    const hosts = (limit: string) =>
      hostsOfLimit(folder, ansible, { pattern: limit, inventories: [] }, process.env);
    expect(await hosts('etcd,prod-worker-2')).toEqual(['prod-etcd-1', 'prod-worker-2']);
    expect(await hosts('workers:!prod-worker-1')).toEqual(['prod-worker-2']);
    await expect(hosts('prod-worker-9')).rejects.toMatchObject({
      exit: 'usage',
      message: '--limit prod-worker-9 means no host of the cluster.',
    });
  });
});
