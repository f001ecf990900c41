import { setTimeout as sleep } from 'node:timers/promises';
import { hostsNamed } from '../../lab/faults/host-named.ts';
import { harm, shortfalls, type Bar } from '../../lab/probes/bar.ts';
import { goOnProbing, startProbes, type Probes } from '../../lab/probes/probes.ts';
import type { ProbeReport, Window } from '../../lab/probes/report.ts';
import { deleteServer } from '../e2e/delete-server.ts';
import type { Drill } from './drills.ts';
import { etcdLeader, spareLeader } from './etcd.ts';
import { figuresOf, type Figures } from './figures.ts';
import { everyNode, type HaCluster } from './ha-cluster.ts';
import { changedReadiness, divergedMembers, silentKubelets } from './looks.ts';
import { untilWhole } from './whole.ts';

/**
 * How long a fault lasts, in milliseconds: nginx has tried a master again by then that it took out (10 s), and clients have given
 * dead connections up (10 s).
 */
const LASTS = 25_000;

export interface Rehearsal {
  readonly drill: string;
  /** The nodes that were under fault. */
  readonly nodes: readonly string[];
  /** The member of etcd that led when the fault came; undefined when it was not looked at. */
  readonly leader?: string;
  /** While the cause was there; of a fault that ends by itself, until the cluster was whole. Undefined when something failed that must not. */
  readonly during?: Figures;
  /** From when the cause was taken away until the cluster was whole. */
  readonly healing?: Figures;
  /** How many acknowledged writes were gone at the end. Undefined when something failed that must not. */
  readonly lostWrites?: number;
  /** What it falls short of, in sentences. */
  readonly shortfalls: readonly string[];
  /** Those of them that are not about times and counts: no run may have one. */
  readonly harm: readonly string[];
  /** Milliseconds until the cluster was whole, from when Drill.healsWithin counts; undefined when it did not heal. */
  readonly healedAfter?: number;
  /** What was not as before when it was looked at the last time before that. */
  readonly waitedFor?: readonly string[];
}

/** Another bar in the place of the drill's own. */
export type Bars = Pick<Drill, 'bar' | 'healing'>;

/**
 * Does a drill once, at a random moment, and waits until the cluster is whole again. A cluster that does not heal is one of the shortfalls.
 * The probes go on, for the next drill or until the lab goes.
 */
export async function rehearse(
  cluster: HaCluster,
  drill: Drill,
  random: () => number,
  bars: Bars = drill,
): Promise<Rehearsal> {
  await drill.prepare?.(cluster);
  const going = await goOnProbing(cluster);
  const probes = going ?? (await startProbes(cluster));
  // Those that go on are of a rehearsal that ended when all was whole.
  if (going === undefined || drill.prepare !== undefined) await untilWhole(cluster, probes, Date.now());
  await sleep(random() * 3000);
  return underProbes(cluster, probes, drill, random, bars);
}

async function underProbes(
  cluster: HaCluster,
  probes: Probes,
  drill: Drill,
  random: () => number,
  bars: Bars,
): Promise<Rehearsal> {
  const { lab } = cluster;
  const nodes = await drill.nodes(cluster, random);
  const hosts = await hostsNamed(lab, nodes);
  if (drill.sparesLeader === true) await spareLeader(cluster, nodes);
  const leader = await etcdLeader(cluster);
  const done: string[] = [];
  const { at } = await probes.fault(drill.name, nodes);
  let beganToMend: number;
  /** What a look finds; that it could not look is a finding, too, and no reason to throw all others away. */
  const look = async (sentences: () => Promise<readonly string[]> | readonly string[]): Promise<void> => {
    try {
      done.push(...(await sentences()));
    } catch (error) {
      done.push(error instanceof Error ? error.message : String(error));
    }
  };
  try {
    await drill.hit(cluster, hosts);
    const since = Date.now();
    if (drill.destroys === true) {
      // What they acknowledged last stands in their logs, which go with their disks.
      await probes.collect();
      for (const { id } of hosts) await deleteServer(cluster, id);
    }
    if (drill.mend !== undefined) await sleep(drill.lasts ?? LASTS);
    const { also } = drill;
    if (also !== undefined)
      await look(async () => also.look(cluster, hosts, (await probes.report(since)).whole));
    if (drill.noWrites !== true && drill.mend !== undefined) await look(() => silentKubelets(cluster, nodes));
  } finally {
    // One that builds hosts anew is counted as long as that takes: the probes on the new ones are others.
    if (drill.destroys === true) await probes.healed(`${drill.name}: built anew`, nodes);
    beganToMend = Date.now();
    await look(async () => {
      await drill.mend?.(cluster, hosts, random);
      return [];
    });
  }
  // A fault that ends by itself began to end when it came.
  const began = drill.mend === undefined ? at : drill.countsFromEnd === true ? Date.now() : beganToMend;
  if (drill.mend !== undefined && drill.destroys !== true)
    await probes.healed(`${drill.name}: mended`, nodes);
  const seen = drill.destroys === true ? await probes.report(at) : undefined;
  if (drill.destroys === true) await startProbes(cluster);
  const mended = Date.now();
  const healed = await untilWhole(cluster, probes, mended).catch((error: Error) => {
    done.push(error.message);
    return undefined;
  });
  const healedAfter = healed === undefined ? undefined : healed.wait + mended - began;
  // Whether a write was lost can be seen when all is whole again.
  const report = seen ?? (await probes.report(at));
  const [during = report.whole, healing] = report.windows;
  done.push(...harm(report));
  if (!report.finalRead) done.push('nobody could be asked for the numbers at last');
  if (healedAfter !== undefined) {
    await look(() => divergedMembers(cluster));
    if (drill.noWrites !== true)
      await look(async () =>
        (await changedReadiness(cluster, at))
          .filter((name) => !nodes.includes(name) && everyNode(cluster.expected).includes(name))
          .map((name) => `${name} was not Ready for a while`),
      );
  }
  const limits = [
    ...wanting(report, bars, during, healing),
    ...(healedAfter !== undefined && healedAfter > (drill.healsWithin ?? Infinity)
      ? [`whole after ${healedAfter} ms, more than ${drill.healsWithin} ms`]
      : []),
  ];
  return {
    drill: drill.name,
    nodes,
    leader,
    during: figuresOf(during),
    ...(healing === undefined ? {} : { healing: figuresOf(healing) }),
    lostWrites: report.writes.lost.length,
    // What was lost is in both.
    shortfalls: [...new Set([...done, ...limits])],
    harm: done,
    ...(healedAfter === undefined ? {} : { healedAfter }),
    waitedFor: healed?.last ?? [],
  };
}

function wanting(
  report: ProbeReport,
  bars: { readonly bar: Bar; readonly healing?: Bar },
  during: Window,
  healing: Window | undefined,
): readonly string[] {
  const first = shortfalls(report, bars.bar, during);
  const then = healing === undefined ? [] : shortfalls(report, bars.healing ?? {}, healing);
  // The same.
  return [...first, ...then.filter((one) => !first.includes(one)).map((one) => `while it healed: ${one}`)];
}
