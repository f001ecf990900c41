import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeLab, traces } from '../../lab/clear.ts';
import { labCluster, type LabCluster } from './lab-cluster.ts';
import { itIsUsable } from './use-tests.ts';

describe('a cluster of level 4: two masters, three etcd machines, two workers', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await labCluster('e2e4', 'level-4');
  });
  afterAll(async () => {
    await removeLab(cluster.lab);
    expect(await traces(cluster.lab)).toEqual([]);
  });

  it('comes up', async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
  });

  itIsUsable(() => cluster, {
    masters: ['demo-master-1', 'demo-master-2'],
    workers: ['demo-worker-1', 'demo-worker-2'],
    etcd: ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3'],
  });

  it('keeps etcd’s machines free of everything else', async () => {
    for (const node of ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3']) {
      const lines = await cluster.on(node, ['ps', '-e', '-o', 'comm=']);
      expect(lines.split('\n')).toContain('etcd');
      expect(lines).not.toMatch(/kubelet|containerd|nginx|kube-/);
    }
  });
});
