import { hostNamed, hostsNamed, type Host } from '../../lab/faults/host-named.ts';
import { cutOff, heal, partition } from '../../lab/faults/network.ts';
import { powerOff, powerOn } from '../../lab/faults/power.ts';
import { freeze, stop, thaw } from '../../lab/faults/processes.ts';
import type { Bar } from '../../lab/probes/bar.ts';
import { inHost } from '../../lab/probes/in-host.ts';
import type { Lab } from '../../lab/state.ts';
import { etcdLeader, type HaCluster } from './ha-cluster.ts';
import { oneOf } from './random.ts';

/** A fault, and what its users must see of it. */
export interface Drill {
  /** As the report names it. */
  readonly name: string;
  /** The levels of clusters that it is for. */
  readonly levels: readonly (3 | 4)[];
  /** The nodes under fault, by their names. */
  readonly nodes: (
    cluster: HaCluster,
    random: () => number,
  ) => readonly string[] | Promise<readonly string[]>;
  readonly hit: (lab: Lab, hosts: readonly Host[], cluster: HaCluster) => Promise<unknown>;
  /** Takes the cause away; without it, the fault ends by itself. */
  readonly mend?: (lab: Lab, hosts: readonly Host[], cluster: HaCluster) => Promise<unknown>;
  /** What the nodes that are not under fault must see while it lasts. */
  readonly bar: Bar;
}

const aMaster: Drill['nodes'] = ({ expected }, random) => [oneOf(random, expected.masters)];
const each = (act: (lab: Lab, host: Host) => Promise<unknown>) => async (lab: Lab, hosts: readonly Host[]) =>
  Promise.all(hosts.map((host) => act(lab, host)));

/** Whoever asks twice is answered; times are in milliseconds. */
const UNNOTICED: Bar = { gap: 1000, failedAfterRetry: 0, droppedStreams: 0 };

export const drills: readonly Drill[] = [
  {
    name: 'a master’s host stops',
    levels: [3, 4],
    nodes: aMaster,
    hit: each(powerOff),
    mend: each(powerOn),
    bar: UNNOTICED,
  },
  {
    name: 'an API server dies',
    levels: [3, 4],
    nodes: aMaster,
    hit: each((lab, host) => stop(lab, host, 'kube-apiserver')),
    bar: UNNOTICED,
  },
  {
    name: 'a master is cut off without RST',
    levels: [3, 4],
    nodes: aMaster,
    hit: each((lab, host) => cutOff(lab, host)),
    mend: each(heal),
    bar: { ...UNNOTICED, gap: 1500, watchSilence: 15_000 },
  },
  {
    name: 'an API server is up but not ready: its etcd is gone',
    levels: [3],
    nodes: aMaster,
    hit: each((lab, host) => inHost(lab, host.id, ['systemctl', 'stop', 'etcd.service'])),
    mend: each((lab, host) => inHost(lab, host.id, ['systemctl', 'start', 'etcd.service'])),
    bar: { gap: 1000, droppedStreams: 0, noTrafficAfter: 3000 },
  },
  {
    name: 'an API server is frozen',
    levels: [3, 4],
    nodes: aMaster,
    hit: each((lab, host) => freeze(lab, host, 'kube-apiserver')),
    mend: each((lab, host) => thaw(lab, host)),
    bar: { gap: 10_000, failedAfterRetry: 0, droppedStreams: 0 },
  },
  {
    name: 'etcd’s leader dies',
    levels: [3, 4],
    nodes: async (cluster) => [await etcdLeader(cluster)],
    hit: each((lab, host) => stop(lab, host, 'etcd')),
    bar: { gap: 3000, droppedStreams: 0 },
  },
  {
    name: 'the host of etcd’s leader stops',
    levels: [3, 4],
    nodes: async (cluster) => [await etcdLeader(cluster)],
    hit: each(powerOff),
    mend: each(powerOn),
    bar: { gap: 3000, droppedStreams: 0 },
  },
  {
    name: 'one of three members is parted from the rest',
    levels: [3, 4],
    nodes: ({ expected }, random) => [oneOf(random, expected.etcd)],
    hit: async (lab, hosts, { expected }) => {
      const all = [...new Set([...expected.masters, ...expected.workers, ...expected.etcd])];
      const rest = all.filter((name) => !hosts.some((host) => host.name === name));
      await partition(lab, hosts, await hostsNamed(lab, rest));
    },
    mend: (lab) => heal(lab),
    bar: { gap: 3000, droppedStreams: 0 },
  },
  {
    name: 'the load balancers are reloaded',
    levels: [3, 4],
    nodes: () => [],
    hit: async (lab, _hosts, { expected }) => {
      for (const name of [...expected.masters, ...expected.workers]) {
        const { id } = await hostNamed(lab, name);
        await inHost(lab, id, ['systemctl', 'reload', 'master-lb.service']);
      }
    },
    bar: { ...UNNOTICED, keptFailedAfterRetry: 0, everyMaster: true },
  },
];
