import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../drive/exit-codes.ts';
import { parseDocument } from 'yaml';
import { ROOT } from '../render/scenarios.ts';
import { labCluster, removeLabNamed, type Ended, type LabCluster } from './lab-cluster.ts';
import { playbook } from './playbook.ts';
import { expectAllReady, itIsUsable, kubectl, type Expected } from './use-tests.ts';
import { eventually } from './waiting.ts';

const expected: Expected = {
  masters: ['demo-master-1', 'demo-master-2'],
  workers: ['demo-worker-1', 'demo-worker-2'],
  etcd: ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3'],
};

describe('a cluster of level 4: two masters, three etcd machines, two workers', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await labCluster('e2e4', 'level-4');
  });
  afterAll(async () => {
    await removeLabNamed('e2e4');
  });

  it('comes up', async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
  });

  itIsUsable(() => cluster, expected);

  /** Changes a field of cluster.yaml and carries that out. */
  async function configureWith(path: readonly string[], value: unknown): Promise<Ended> {
    const file = join(cluster.folder, 'cluster.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    document.setIn(path, document.createNode(value));
    await writeFile(file, document.toString({ lineWidth: 0 }));
    return cluster.kubehaus(['configure', '--', '--tags', 'install-masters']);
  }

  it('brings changed settings to the masters one after the other, while the API goes on', async () => {
    const asking = cluster.start(
      [
        ...[
          process.execPath,
          'dist/cli/main.js',
          '-C',
          cluster.folder,
          'ssh',
          'demo-worker-1',
          '--',
          'sh',
          '-c',
        ],
        // A watch or a request on its way may break; the next one must be answered.
        `while [ ! -e /tmp/enough ]; do
         kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node demo-worker-1 -o name ||
         kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node demo-worker-1 -o name || echo twice; sleep 0.1
       done`,
      ],
      { cwd: ROOT },
    );
    await configureWith(['controlPlane', 'certSANs'], ['api.example.org']);
    const ended = await configureWith(['controlPlane', 'apiServer', 'extraArgs'], {
      'max-requests-inflight': 399,
    });
    expect(ended.exitCode, ended.all).toBe(0);
    await cluster.on('demo-worker-1', ['touch', '/tmp/enough']);
    const { stdout } = await asking;
    expect(
      String(stdout)
        .split('\n')
        .filter((line) => line === 'node/demo-worker-1').length,
    ).toBeGreaterThan(100);
    expect(stdout).not.toContain('twice');

    for (const master of ['demo-master-1', 'demo-master-2']) {
      expect(await cluster.on(master, ['ps', '-C', 'kube-apiserver', '-o', 'args='])).toContain(
        '--max-requests-inflight=399',
      );
      const names = await cluster.on(master, [
        'openssl',
        'x509',
        '-noout',
        '-text',
        '-in',
        '/etc/kubernetes/pki/apiserver.crt',
      ]);
      expect(names).toContain('DNS:api.example.org');
    }
    expect(
      await kubectl(cluster, '-n', 'kube-system', 'get', 'configmap', 'kubeadm-config', '-o', 'yaml'),
    ).toContain('max-requests-inflight');
  });

  it('takes a setting back that an API server does not start with, and tells why', async () => {
    const ended = await configureWith(['controlPlane', 'apiServer', 'extraArgs'], { 'no-such-argument': 1 });
    expect(ended.exitCode).toBe(exitCodes.ansible.code);
    expect(ended.stderr).toContain('unknown flag: --no-such-argument');
    await eventually(60, async () => {
      for (const master of ['demo-master-1', 'demo-master-2']) {
        expect(await cluster.on(master, ['ps', '-C', 'kube-apiserver', '-o', 'args='])).toContain(
          '--max-requests-inflight=399',
        );
      }
    });
    const mended = await configureWith(['controlPlane', 'apiServer', 'extraArgs'], {
      'max-requests-inflight': 399,
    });
    expect(mended.all).toContain('nothing changed');
  });

  describe('run by hand, in parts', () => {
    const [drifted, other] = ['demo-worker-1', 'demo-worker-2'] as const;
    const settings = '/etc/master-lb/nginx.conf';
    const asIs = () => cluster.on(drifted, ['cat', settings]);

    it('shows what has drifted with --check --diff, and leaves it', async () => {
      const before = await asIs();
      await cluster.on(drifted, ['sh', '-c', `echo '# drifted' >> ${settings}`]);
      const { changed, all } = await playbook(cluster, 'site.yml', '--check', '--diff');
      expect(Object.keys(changed).filter((node) => changed[node] !== 0)).toEqual([drifted]);
      expect(all).toContain('-# drifted');
      expect(await asIs()).toBe(`${before.trimEnd()}\n# drifted`);
    });

    it('does one phase with --tags, on the hosts of --limit', async () => {
      expect((await playbook(cluster, 'site.yml', '--tags', 'network-setup')).changed[drifted]).toBe(0);
      expect((await playbook(cluster, 'site.yml', '--limit', other)).changed).toEqual({ [other]: 0 });
      expect(await asIs()).toContain('# drifted');
      const mended = await playbook(cluster, 'site.yml', '--tags', 'setup-ha', '--limit', drifted);
      expect(Object.keys(mended.changed)).toEqual([drifted]);
      expect(await asIs()).not.toContain('# drifted');
    });

    it('takes a worker back with --limit, which must name the masters, and says so', async () => {
      await cluster.on(other, ['sh', '-c', 'kubeadm reset --force >/dev/null 2>&1']);
      const project = join(cluster.folder, 'rendered/ansible');
      const alone = await cluster.run(['ansible-playbook', 'install-workers.yml', '--limit', other], {
        cwd: project,
      });
      expect(alone.exitCode).not.toBe(0);
      expect(alone.all).toContain('--limit kube_control_plane');
      const { changed } = await playbook(
        cluster,
        'install-workers.yml',
        '--limit',
        `kube_control_plane,${other}`,
      );
      expect(changed[other]).toBeGreaterThan(0);
      await eventually(60, () => expectAllReady(cluster, expected));
    });
  });

  it('keeps etcd’s machines free of everything else', async () => {
    for (const node of ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3']) {
      const lines = await cluster.on(node, ['ps', '-e', '-o', 'comm=']);
      expect(lines.split('\n')).toContain('etcd');
      expect(lines).not.toMatch(/kubelet|containerd|nginx|kube-/);
    }
  });
});
