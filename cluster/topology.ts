/** Where etcd lives: on the masters, or on machines of its own ("external" in kubeadm's words). */
export type Topology =
  | { readonly kind: 'stacked'; readonly masters: number; readonly workers: number }
  | {
      readonly kind: 'isolated';
      readonly masters: number;
      readonly etcdMembers: number;
      readonly workers: number;
    };

/** hetzner-kube's levels of high availability, with the two that it did not have (0 and 2). */
export type Level = 0 | 1 | 2 | 3 | 4;

/**
 * The level that a topology amounts to.
 * 0: one machine; 1: one master and workers; 2: one master, separate etcd; 3: masters that also run etcd;
 * 4: several masters, separate etcd.
 */
export function levelOf(topology: Topology): Level {
  switch (topology.kind) {
    case 'stacked':
      if (topology.masters > 1) return 3;
      return topology.workers === 0 ? 0 : 1;
    case 'isolated':
      return topology.masters > 1 ? 4 : 2;
    default:
      return topology satisfies never;
  }
}

/** Members that etcd can lose while it still has a quorum: ⌊(n − 1) / 2⌋ (https://etcd.io/docs/v3.6/faq/). */
export function toleratedFailures(members: number): number {
  return Math.floor((members - 1) / 2);
}

/**
 * What a user notices when machines are lost for good, in sentences, from the first one on. Workloads on other machines go on
 * in every case: they need the API only for changes.
 */
export function survival(topology: Topology): readonly string[] {
  const others = topology.workers === 0 ? 'workloads on the machines that are left' : 'workloads';
  switch (topology.kind) {
    case 'stacked': {
      const { masters } = topology;
      if (masters === 1 && topology.workers === 0)
        return ['Loses its machine: everything stops until it is back; its data is lost with its disk.'];
      if (masters === 1)
        return [
          'Loses its master: no API and no changes until it is back, workloads go on; its data is lost with its disk.',
        ];
      const lost = toleratedFailures(masters);
      return [
        `Loses ${upTo(lost)} of ${masters} masters: keeps working.`,
        `Loses ${lost + 1}: etcd has no majority; the API takes no changes until one is back, ${others} go on.`,
      ];
    }
    case 'isolated': {
      const { masters, etcdMembers } = topology;
      const lost = toleratedFailures(etcdMembers);
      return [
        masters === 1
          ? `Loses its master: no API until it is back${topology.workers === 0 ? ', and no workloads' : ', workloads go on'}. For good: etcd keeps the data, and a new master needs your copy of /etc/kubernetes/pki.`
          : `Loses ${upTo(masters - 1)} of ${masters} masters: keeps working.`,
        lost === 0
          ? 'Loses its etcd machine: the API takes no changes until it is back; its data is lost with its disk.'
          : `Loses ${upTo(lost)} of ${etcdMembers} etcd machines: keeps working. Loses ${lost + 1}: the API takes no changes until one is back, workloads go on.`,
      ];
    }
    default:
      return topology satisfies never;
  }
}

function upTo(number: number): string {
  return number === 1 ? '1' : `up to ${number}`;
}
