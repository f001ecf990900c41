import { setTimeout as sleep } from 'node:timers/promises';
import { hostNamed, hostsNamed, type Host } from '../../lab/faults/host-named.ts';
import { cutOff, heal, partition } from '../../lab/faults/network.ts';
import { powerOff, powerOn, reboot } from '../../lab/faults/power.ts';
import { freeze, stop, thaw } from '../../lab/faults/processes.ts';
import type { Bar } from '../../lab/probes/bar.ts';
import { inHost } from '../../lab/probes/in-host.ts';
import type { Window } from '../../lab/probes/report.ts';
import type { Lab } from '../../lab/state.ts';
import { eventually } from '../e2e/waiting.ts';
import { freeDisk } from '../../lab/faults/disk.ts';
import { etcdctl, etcdLeader } from './etcd.ts';
import {
  ETCD_DATA,
  fillDatabase,
  fillMemberDisk,
  giveMemberDisk,
  lowerQuota,
  makeRoom,
  memberWithDisk,
} from './full.ts';
import { everyNode, mustRun, type HaCluster } from './ha-cluster.ts';
import { mastersJoin, workerJoins, workerLeaves } from './joining.ts';
import { oneOf, shuffled } from './random.ts';

/** A fault, and what its users must see of it. */
export interface Drill {
  /** As the report names it. */
  readonly name: string;
  /** The levels of clusters that it is for. */
  readonly levels: readonly (3 | 4)[];
  /** What must be so before it, with no probes that look. */
  readonly prepare?: (cluster: HaCluster) => Promise<void>;
  /** The nodes under fault, by their names. */
  readonly nodes: (
    cluster: HaCluster,
    random: () => number,
  ) => readonly string[] | Promise<readonly string[]>;
  /** None of them leads etcd then: what an election costs is told of faults of their own. */
  readonly sparesLeader?: true;
  readonly hit: (cluster: HaCluster, hosts: readonly Host[]) => Promise<unknown>;
  /** How long it lasts until it is mended, in milliseconds; as rehearse.ts has it without it. */
  readonly lasts?: number;
  /** Takes the cause away; without it, the fault ends by itself. */
  readonly mend?: (cluster: HaCluster, hosts: readonly Host[], random: () => number) => Promise<unknown>;
  /** Hosts that were hit are destroyed for good then, and mending makes new ones. */
  readonly destroys?: true;
  /** The cluster is another one afterwards, and of no use for the next drill. */
  readonly changesCluster?: true;
  /** The time until it is whole counts from the end of mending, which has pauses of its own. */
  readonly countsFromEnd?: true;
  /** What the nodes that are not under fault must see while it lasts, */
  readonly bar: Bar;
  /** and from when it was mended until the cluster is whole. */
  readonly healing?: Bar;
  /** Nothing can be written while it lasts: nodes that are not under fault may look as if they were gone. */
  readonly noWrites?: true;
  /** What else must be so before it is mended. */
  readonly also?: {
    /** In the report's words. */
    readonly asked: string;
    /** Fulfills with sentences about what is not so. The window begins when the fault has come about. */
    readonly look: (
      cluster: HaCluster,
      hosts: readonly Host[],
      since: Window,
    ) => readonly string[] | Promise<readonly string[]>;
  };
  /**
   * How long until the cluster is whole, in milliseconds: from when one begins to mend it, or its end if that is said, or from the fault when
   * it ends by itself.
   */
  readonly healsWithin?: number;
}

const aMaster: Drill['nodes'] = ({ expected }, random) => [oneOf(random, expected.masters)];
const allMastersButOne: Drill['nodes'] = ({ expected }, random) => {
  const left = oneOf(random, expected.masters);
  return expected.masters.filter((name) => name !== left);
};
const each =
  (act: (lab: Lab, host: Host) => Promise<unknown>) =>
  async ({ lab }: HaCluster, hosts: readonly Host[]) =>
    Promise.all(hosts.map((host) => act(lab, host)));

/** Pods of nodes that are well ask each other twice a second. Times are in milliseconds. */
const PODS: Bar = { podGap: 2000, droppedStreams: 0 };

/** Connections to a host that is gone without a word are given up by those who have them, after two times 5 s (kubelet.service). */
const OPEN: Bar = { keptGap: 15_000, watchSilence: 15_000 };

/** Whoever asks twice is answered. */
const UNNOTICED: Bar = { ...PODS, ...OPEN, gap: 1000, failedAfterRetry: 0, keptFailedAfterRetry: 0 };

/** The same while hosts boot: here they share their processors with all others. */
const HEALING: Bar = { ...UNNOTICED, gap: 3000, podGap: 3000 };

/** A new leader has been elected by then. */
const ELECTION: Bar = { ...PODS, ...OPEN, gap: 3000 };

/** Ready and meshed again, in milliseconds. Counted from when all have their power back or the reboot begins, so that booting is in it. */
const BACK = 60_000;

/** For the documented way to make room again, in milliseconds. */
const RECOVERED = 180_000;

/** More than --node-monitor-grace-period (50 s), in milliseconds: nodes that are not heard have become NotReady by then. */
const UNTIL_NOT_READY = 65_000;

type Look = NonNullable<Drill['also']>['look'];

/** Nothing may be written on these nodes for as long as it lasts, but for what was under way, in the first seconds. */
const nothingWritten =
  (underFault: boolean): Look =>
  (_cluster, _hosts, { nodes, from, to }) =>
    nodes
      .filter((node) => node.underFault === underFault && to - from - node.write.longestGap > 3000)
      .map(({ name, write }) => `${name}: its writes were taken, ${Math.round(write.longestGap)} ms apart`);

/** A member without the others must refuse what it is asked itself. */
const refusesWrites: Look = async (cluster, hosts) => {
  const taken: string[] = [];
  for (const { name } of hosts) {
    await etcdctl(cluster, name, '--command-timeout=5s', 'put', '/rehearsal/minority', name).then(
      () => taken.push(`${name}: it took a write in a minority`),
      (error: Error) => {
        if (!/deadline exceeded|no leader|timed out/.test(error.message)) throw error;
      },
    );
  }
  return taken;
};

/** What `kubehaus status` must name. */
const statusNames =
  (...words: readonly string[]): Look =>
  async (cluster) => {
    const { exitCode, all } = await cluster.kubehaus(['status']);
    const missing = words.filter((word) => !all.includes(word));
    return [
      ...(exitCode === 0 ? ['kubehaus status finds nothing'] : []),
      ...missing.map((word) => `kubehaus status does not say "${word}": ${all}`),
    ];
  };

/** Hosts of masters lose their power, and get it back. */
const MASTERS_STOP: Omit<Drill, 'name' | 'levels' | 'nodes'> = {
  sparesLeader: true,
  hit: each(powerOff),
  lasts: UNTIL_NOT_READY,
  mend: each(powerOn),
  bar: UNNOTICED,
  healing: HEALING,
  healsWithin: BACK,
};

/** The drill of that name. Fails when there is none. */
export function drillNamed(name: string): Drill {
  const found = drills.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no drill is named ${name}`);
  return found;
}

export const drills: readonly Drill[] = [
  {
    name: 'a master’s host stops',
    levels: [3],
    nodes: aMaster,
    ...MASTERS_STOP,
  },
  {
    name: 'all masters but one stop',
    levels: [4],
    nodes: allMastersButOne,
    ...MASTERS_STOP,
  },
  {
    name: 'a majority of the stacked etcd stops',
    levels: [3],
    nodes: allMastersButOne,
    hit: each(powerOff),
    // One that returns is enough.
    mend: async (cluster, [first, ...others]) => {
      if (first === undefined) throw new Error('no master stopped');
      await powerOn(cluster.lab, first);
      await eventually(BACK / 1000, () =>
        etcdctl(cluster, first.name, 'put', '/rehearsal/majority', 'is back'),
      );
      for (const host of others) await powerOn(cluster.lab, host);
    },
    // Pods of the other hosts are reached. Services send to those of hosts that are gone, too, until somebody can say so in the API: two of
    // five requests fail here.
    bar: { podGap: 2000, serviceGap: 5000, droppedStreams: 0 },
    noWrites: true,
    also: { asked: 'no write is taken', look: nothingWritten(false) },
    // Two boot, one after the other.
    healsWithin: 2 * BACK,
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
    sparesLeader: true,
    hit: each((lab, host) => cutOff(lab, host)),
    lasts: UNTIL_NOT_READY,
    mend: each(heal),
    bar: { ...UNNOTICED, gap: 1500, wait: 1500 },
    healing: HEALING,
  },
  {
    name: 'an API server is up but not ready: its etcd is gone',
    levels: [3],
    nodes: aMaster,
    sparesLeader: true,
    hit: each((lab, host) => inHost(lab, host.id, ['systemctl', 'stop', 'etcd.service'])),
    mend: each((lab, host) => inHost(lab, host.id, ['systemctl', 'start', 'etcd.service'])),
    // Open connections are ended as well, and begun anew elsewhere.
    bar: { ...PODS, gap: 1000, noTrafficAfter: 3000, keptGap: 3000, watchSilence: 3000 },
    healing: HEALING,
  },
  {
    name: 'an API server is frozen',
    levels: [3, 4],
    nodes: aMaster,
    hit: each((lab, host) => freeze(lab, host, 'kube-apiserver')),
    mend: each((lab, host) => thaw(lab, host)),
    // It takes connections and says nothing: new ones have waited 10 s when they are tried again, open ones have been given up before that.
    bar: { ...PODS, gap: 10_000, failedAfterRetry: 0, keptGap: 20_000, watchSilence: 20_000 },
    healing: HEALING,
  },
  {
    name: 'etcd’s leader dies',
    levels: [3, 4],
    nodes: async (cluster) => [await etcdLeader(cluster)],
    hit: each((lab, host) => stop(lab, host, 'etcd')),
    bar: ELECTION,
  },
  {
    name: 'the host of etcd’s leader stops',
    levels: [3, 4],
    nodes: async (cluster) => [await etcdLeader(cluster)],
    hit: each(powerOff),
    mend: each(powerOn),
    bar: ELECTION,
    healing: HEALING,
    healsWithin: BACK,
  },
  {
    name: 'the host of etcd’s leader is cut off without RST',
    levels: [3, 4],
    nodes: async (cluster) => [await etcdLeader(cluster)],
    hit: each((lab, host) => cutOff(lab, host)),
    mend: each(heal),
    bar: ELECTION,
    healing: HEALING,
  },
  {
    name: 'one of three members is parted from the rest',
    levels: [3, 4],
    nodes: ({ expected }, random) => [oneOf(random, expected.etcd)],
    hit: async ({ lab, expected }, hosts) => {
      const rest = everyNode(expected).filter((name) => !hosts.some((host) => host.name === name));
      await partition(lab, hosts, await hostsNamed(lab, rest));
    },
    mend: ({ lab }) => heal(lab),
    bar: ELECTION,
    healing: ELECTION,
    also: {
      asked: 'the minority takes no write',
      look: async (...at) => [...(await nothingWritten(true)(...at)), ...(await refusesWrites(...at))],
    },
  },
  {
    name: 'a node reboots',
    levels: [3, 4],
    nodes: ({ expected }, random) => [oneOf(random, everyNode(expected))],
    sparesLeader: true,
    hit: each(reboot),
    bar: HEALING,
    healsWithin: BACK,
  },
  {
    name: 'all nodes lose power at once, and come back in any order',
    levels: [3, 4],
    nodes: ({ expected }) => everyNode(expected),
    hit: each(powerOff),
    mend: async ({ lab }, hosts, random) => {
      for (const host of shuffled(random, hosts)) {
        await powerOn(lab, host);
        await sleep(random() * 2000);
      }
    },
    countsFromEnd: true,
    bar: {},
    noWrites: true,
    healsWithin: BACK,
  },
  {
    name: 'the load balancers are reloaded',
    levels: [3, 4],
    nodes: () => [],
    hit: async ({ lab, expected }) => {
      for (const name of [...expected.masters, ...expected.workers]) {
        const { id } = await hostNamed(lab, name);
        await inHost(lab, id, ['systemctl', 'reload', 'master-lb.service']);
      }
    },
    bar: { ...UNNOTICED, keptFailed: 0, brokenWatches: 0, everyMaster: true },
  },
  {
    name: 'a worker joins, and leaves',
    levels: [3, 4],
    nodes: () => [],
    hit: async (cluster) => {
      await workerJoins(cluster);
      await workerLeaves(cluster);
    },
    // It takes minutes itself, and is over when it ends.
    mend: async () => undefined,
    lasts: 0,
    bar: { ...PODS, podGap: 3000, failedAfterRetry: 0, keptFailed: 0, brokenWatches: 0 },
  },
  {
    name: 'two masters join',
    levels: [3],
    nodes: () => [],
    hit: mastersJoin,
    // As above.
    mend: async () => undefined,
    lasts: 0,
    changesCluster: true,
    bar: { ...PODS, podGap: 3000, failedAfterRetry: 0, keptFailed: 0, brokenWatches: 0 },
  },
  {
    name: 'the first master is destroyed for good',
    levels: [3, 4],
    nodes: ({ expected }) => expected.masters.slice(0, 1),
    sparesLeader: true,
    hit: each(powerOff),
    destroys: true,
    mend: async (cluster) => mustRun(cluster, ['up', '--yes']),
    bar: UNNOTICED,
    healing: HEALING,
  },
  {
    name: 'the disk of a member of etcd is full',
    levels: [3, 4],
    prepare: giveMemberDisk,
    nodes: (cluster) => [memberWithDisk(cluster)],
    hit: async (cluster, hosts) => Promise.all(hosts.map(async (host) => fillMemberDisk(cluster, host))),
    also: {
      asked: '`kubehaus status` names the member',
      look: async (cluster, ...rest) => statusNames(`${memberWithDisk(cluster)}: etcd`)(cluster, ...rest),
    },
    mend: async ({ lab }, hosts) => Promise.all(hosts.map(async (host) => freeDisk(lab, host, ETCD_DATA))),
    bar: ELECTION,
    healing: HEALING,
    healsWithin: RECOVERED,
  },
  {
    name: 'etcd’s database is full',
    levels: [3, 4],
    prepare: lowerQuota,
    nodes: () => [],
    hit: fillDatabase,
    also: {
      asked: 'no read fails twice; no write is taken; `kubehaus status` tells of NOSPACE',
      look: async (cluster, hosts, since) => [
        ...(await statusNames('NOSPACE')(cluster, hosts, since)),
        ...(since.others.read.failedAfterRetry > 0 ? ['reads failed twice'] : []),
        ...(await nothingWritten(false)(cluster, hosts, since)),
      ],
    },
    mend: makeRoom,
    bar: { droppedStreams: 0, keptFailed: 0 },
    noWrites: true,
    healsWithin: RECOVERED,
  },
];
