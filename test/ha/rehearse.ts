import { setTimeout as sleep } from 'node:timers/promises';
import { hostsNamed } from '../../lab/faults/host-named.ts';
import { shortfalls, type Bar } from '../../lab/probes/bar.ts';
import type { Probes } from '../../lab/probes/probes.ts';
import type { ProbeReport } from '../../lab/probes/report.ts';
import type { Drill } from './drills.ts';
import { changedReadiness, type HaCluster } from './ha-cluster.ts';
import { untilWhole } from './whole.ts';

/** How long a fault lasts: longer than nginx keeps a master out (10 s), and than clients take to give a connection up (10 s). */
const LASTS = 30_000;

export interface Rehearsal {
  readonly drill: string;
  readonly nodes: readonly string[];
  /** While the fault lasted; what became of writes is from when it was over. */
  readonly report: ProbeReport;
  /** What it falls short of, in sentences. */
  readonly shortfalls: readonly string[];
  /** Milliseconds from the cause's end until the cluster was whole; for a host, from when its power was back. */
  readonly healedAfter: number;
}

/** Does a drill once, at a random moment, and waits until the cluster is whole again. `bar` in the place of the drill's own. */
export async function rehearse(
  cluster: HaCluster,
  probes: Probes,
  drill: Drill,
  random: () => number,
  bar: Bar = drill.bar,
): Promise<Rehearsal> {
  await sleep(random() * 3000);
  const nodes = await drill.nodes(cluster, random);
  const hosts = await hostsNamed(cluster.lab, nodes);
  const { at } = await probes.fault(drill.name, nodes);
  await drill.hit(cluster.lab, hosts, cluster);
  await sleep(LASTS);
  const during = await probes.report(at);
  await drill.mend?.(cluster.lab, hosts, cluster, random);
  // A fault that ends by itself began to end when it came.
  const mended = drill.mend === undefined ? at : Date.now();
  await probes.healed(`${drill.name}: mended`, nodes);
  const healedAfter = await untilWhole(cluster, probes, mended);
  await probes.recovered(`${drill.name}: over`, nodes);
  // Whether a write was lost can be seen when all is whole again.
  const { writes, finalRead } = await probes.report(at);
  const report = { ...during, writes, finalRead };
  const affected = (await changedReadiness(cluster, at)).filter((name) => !nodes.includes(name));
  return {
    drill: drill.name,
    nodes,
    report,
    shortfalls: [
      ...shortfalls(report, bar),
      ...(drill.also?.(report, cluster) ?? []),
      ...(drill.apiIsGone === true ? [] : affected.map((name) => `${name} was not Ready for a while`)),
      ...(healedAfter > (drill.healsWithin ?? Infinity)
        ? [`whole after ${healedAfter} ms, more than ${drill.healsWithin} ms`]
        : []),
    ],
    healedAfter,
  };
}
