import { describe, expect, it } from 'vitest';
import { survival, type Topology } from '../../cluster/topology.ts';

describe('what a cluster survives', () => {
  it.each<[Topology, string[]]>([
    [
      { kind: 'stacked', masters: 1, workers: 2 },
      [
        'Loses its master: no API and no changes until it is back, workloads go on; its data is lost with its disk.',
      ],
    ],
    [
      { kind: 'stacked', masters: 1, workers: 0 },
      ['Loses its machine: everything stops until it is back; its data is lost with its disk.'],
    ],
    [
      { kind: 'stacked', masters: 3, workers: 2 },
      [
        'Loses 1 of 3 masters: keeps working.',
        'Loses 2: etcd has no majority; the API takes no changes until one is back, workloads go on.',
      ],
    ],
    [
      { kind: 'stacked', masters: 5, workers: 0 },
      [
        'Loses up to 2 of 5 masters: keeps working.',
        'Loses 3: etcd has no majority; the API takes no changes until one is back, workloads on the machines that are left go on.',
      ],
    ],
    [
      { kind: 'isolated', masters: 1, etcdMembers: 3, workers: 1 },
      [
        'Loses its master: no API until it is back, workloads go on. For good: etcd keeps the data, and a new master needs your copy of /etc/kubernetes/pki.',
        'Loses 1 of 3 etcd machines: keeps working. Loses 2: the API takes no changes until one is back, workloads go on.',
      ],
    ],
    [
      { kind: 'isolated', masters: 1, etcdMembers: 3, workers: 0 },
      [
        'Loses its master: no API until it is back, and no workloads. For good: etcd keeps the data, and a new master needs your copy of /etc/kubernetes/pki.',
        'Loses 1 of 3 etcd machines: keeps working. Loses 2: the API takes no changes until one is back, workloads go on.',
      ],
    ],
    [
      { kind: 'isolated', masters: 2, etcdMembers: 1, workers: 1 },
      [
        'Loses 1 of 2 masters: keeps working.',
        'Loses its etcd machine: the API takes no changes until it is back; its data is lost with its disk.',
      ],
    ],
  ])('%j', (topology, sentences) => {
    expect(survival(topology)).toEqual(sentences);
  });
});
