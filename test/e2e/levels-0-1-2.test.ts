import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labCluster, removeLabNamed, type LabCluster } from './lab-cluster.ts';
import { itIsUsable, type Expected } from './use-tests.ts';

const levels: readonly (Expected & { level: number; what: string })[] = [
  {
    level: 0,
    what: 'one machine',
    masters: ['demo-master-1'],
    workers: [],
    etcd: ['demo-master-1'],
  },
  {
    level: 1,
    what: 'one master, one worker',
    masters: ['demo-master-1'],
    workers: ['demo-worker-1'],
    etcd: ['demo-master-1'],
  },
  {
    level: 2,
    what: 'one master, three etcd machines, one worker',
    masters: ['demo-master-1'],
    workers: ['demo-worker-1'],
    etcd: ['demo-etcd-1', 'demo-etcd-2', 'demo-etcd-3'],
  },
];

describe.each(levels)('a cluster of level $level: $what', ({ level, ...expected }) => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await labCluster(`e2e${level}`, `level-${level}`);
  });
  afterAll(async () => {
    await removeLabNamed(`e2e${level}`);
  });

  it('comes up', async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
  });

  itIsUsable(() => cluster, expected);
});
