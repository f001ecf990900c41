import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../../cluster/load.ts';
import { renderCluster } from '../../../render/tree.ts';
import { PUBLIC_KEY } from '../../cluster/configurations.ts';
import { sources } from '../../render/scenarios.ts';

/** The unit that takes snapshots into a folder; what is wrong with it when it is refused. */
function unitFor(folder: string): string | readonly string[] {
  const clusterYaml = JSON.stringify({
    name: 'prod',
    etcd: { placement: 'stacked', snapshots: { folder } },
    ssh: { publicKeys: [PUBLIC_KEY] },
  });
  const loaded = loadCluster({ clusterYaml });
  if (!loaded.ok) return loaded.problems.map(({ path }) => path);
  const tree = renderCluster(loaded.value.plan, sources);
  return tree.get('ansible/roles/etcd/files/etcd-snapshot.service') ?? '';
}

/** What a service can't write to, or sees an own and passing one of, by its unit's settings (systemd.exec(5)). */
const TAKEN_AWAY: Readonly<Record<string, readonly string[]>> = {
  'PrivateDevices=true': ['/dev'],
  'PrivateTmp=true': ['/tmp', '/var/tmp'],
  'ProtectControlGroups=true': ['/sys/fs/cgroup'],
  'ProtectKernelModules=true': ['/usr/lib/modules', '/lib/modules'],
  'ProtectKernelTunables=true': ['/proc', '/sys'],
  // With what Debian has links for: https://wiki.debian.org/UsrMerge.
  'ProtectSystem=full': ['/usr', '/boot', '/efi', '/etc', '/bin', '/sbin', '/lib', '/lib64'],
};
/** Settings that may take folders away from a service. */
const SETTINGS =
  /^(Protect|Private|ReadOnly|ReadWrite|Inaccessible|TemporaryFileSystem|Root|Dynamic|User|ExecPaths|NoExec).*$/gm;

describe('the folder of snapshots', () => {
  it.each([
    '/snapshots',
    '/home/ops/etcd',
    '/mnt/HC_Volume_1234/etcd',
    '/opt/etcd',
    '/root/etcd',
    '/srv/etcd-snapshots',
    '/var/backups/etcd',
    '/var/lib/kubehaus-etcd-snapshots',
    // Names that begin as those of other folders do.
    '/etcd',
    '/library/etcd',
    '/running',
    '/lock',
    '/var/tmpfs',
  ])('can be %s', (folder) => {
    expect(unitFor(folder)).toContain(`\nExecStart=/usr/local/lib/kubehaus/etcd-snapshot ${folder} 5\n`);
  });

  it('can be none that the service could not write to', () => {
    const settings = [...(unitFor('/var/backups/etcd') as string).matchAll(SETTINGS)].map(([line]) => line);
    expect(settings.sort()).toEqual(Object.keys(TAKEN_AWAY));
    for (const folder of Object.values(TAKEN_AWAY).flat())
      for (const below of ['', '/snapshots', '/local/snapshots/etcd'])
        expect(unitFor(folder + below), folder + below).toEqual(['etcd.snapshots.folder']);
  });

  it.each([
    ['emptied by a boot', ['/run/etcd', '/var/run/etcd', '/var/lock/etcd', '/tmp/etcd']],
    ['emptied by kubeadm reset', ['/var/lib/etcd', '/var/lib/kubelet/etcd', '/etc/kubernetes/etcd']],
    ['lost with the member', ['/var/lib/kubehaus-etcd', '/var/lib/kubehaus-etcd/snapshots']],
    ['named in a way that a unit or a shell reads otherwise', ['/a b', '/a%h', '/$HOME', '/var/../etc', '/a/', 'a']],
  ])('can be none that is %s', (_why, folders) => {
    for (const folder of folders) expect(unitFor(folder), folder).toEqual(['etcd.snapshots.folder']);
  });
});
