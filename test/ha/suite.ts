import { stopProbes } from '../../lab/probes/probes.ts';
import { removeLabNamed } from '../e2e/lab-cluster.ts';
import { drillNamed, drills, type Drill } from './drills.ts';
import { haCluster, mustRun, type HaCluster } from './ha-cluster.ts';
import { interrupt } from './interruptions.ts';
import { loadBalancers, put } from './load-balancers.ts';
import { randomFrom } from './random.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import type { Results } from './results.ts';

export const parts = ['interruptions', 'level-3', 'level-4', 'load-balancers'] as const;
export type Part = (typeof parts)[number];

/** A run of the suite that is under way. */
export interface Suite {
  readonly results: Results;
  /** What is measured now. */
  readonly commit: string;
  /** Keeps the results as they are now. */
  readonly save: () => Promise<void>;
  /** How often each fault is rehearsed. */
  readonly runs: number;
  /** Words of which the names of faults must have some; none for all. */
  readonly only: readonly string[];
}

/** The faults that load balancers are compared under: those in which a master is no use, in different ways. */
export const COMPARED = [
  'a master’s host stops',
  'a master is cut off without RST',
  'an API server is up but not ready: its etcd is gone',
  'an API server is frozen',
];
/** How often, at the most: what differs differs by much. */
export const COMPARED_RUNS = 3;
/** How long a fault lasts then, in milliseconds: whether kubelets stay Ready is not compared, and all take less to give a master up. */
const COMPARED_FOR = 25_000;

/** Does what is left of a part, and saves after each step. The lab is removed at the end, whatever the end is. */
export async function doPart(suite: Suite, part: Part): Promise<void> {
  switch (part) {
    case 'interruptions':
      return interruptions(suite);
    case 'level-3':
      return faults(suite, 3);
    case 'level-4':
      return faults(suite, 4);
    case 'load-balancers':
      return comparison(suite);
    default:
      return part satisfies never;
  }
}

/** The results without what was done of a part: of faults whose names have these words. */
export function without(results: Results, part: Part, only: readonly string[]): Results {
  if (part === 'interruptions') return only.length === 0 ? { ...results, interruptions: {} } : results;
  const places = part === 'load-balancers' ? loadBalancers.map(({ name }) => name) : [part.replace('-', ' ')];
  const kept = Object.entries(results.rehearsals).map(([place, of]) => [
    place,
    places.includes(place)
      ? Object.fromEntries(Object.entries(of).filter(([, { drill }]) => !isChosen(drill, only)))
      : of,
  ]);
  return { ...results, rehearsals: Object.fromEntries(kept) as Results['rehearsals'] };
}

function isChosen(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((words) => name.includes(words));
}

/** A drill that was not done yet, and the name of its result. */
interface Todo {
  readonly drill: Drill;
  readonly key: string;
}

function left({ results, only, runs }: Suite, place: string, chosen: readonly Drill[]): readonly Todo[] {
  return chosen
    .filter(({ name }) => isChosen(name, only))
    .flatMap((drill) =>
      Array.from({ length: runs }, (_, index) => ({ drill, key: `${drill.name}/${index + 1}` })),
    )
    .filter(({ key }) => results.rehearsals[place]?.[key] === undefined);
}

async function faults(suite: Suite, level: 3 | 4): Promise<void> {
  const place = `level ${level}`;
  const chosen = drills.filter(({ levels }) => levels.includes(level));
  const todo = (): readonly Todo[] => left(suite, place, chosen);
  // A cluster that does not heal, or has grown, is of no use for the next fault: there is another one then.
  while (todo().length > 0 && !stopped)
    await inCluster(`ha${level}`, level, async (cluster) => {
      await doAll(suite, cluster, place, todo());
    });
}

async function comparison(all: Suite): Promise<void> {
  const suite = { ...all, runs: Math.min(all.runs, COMPARED_RUNS) };
  const chosen = COMPARED.map((name) => ({ ...drillNamed(name), lasts: COMPARED_FOR }));
  const todo = () =>
    loadBalancers
      .map((balancer) => ({ balancer, todo: left(suite, balancer.name, chosen) }))
      .filter((one) => one.todo.length > 0);
  while (todo().length > 0 && !stopped)
    await inCluster('halb', 3, async (cluster) => {
      for (const one of todo()) {
        const putBack = await put(cluster, one.balancer);
        // Those that are started next wait until all is well.
        await stopProbes(cluster);
        if (!(await doAll(suite, cluster, one.balancer.name, one.todo))) return;
        await putBack();
      }
    });
}

async function interruptions({ results, commit, save, only }: Suite): Promise<void> {
  const key = 'level 3';
  if (only.length > 0 || results.interruptions[key] !== undefined) return;
  await inLab('hakill', async () => {
    const cluster = await haCluster('hakill', 3);
    const seen = await interrupt(cluster, randomFrom(`${results.seed}/${key}`), { kills: 20, breaks: 3 });
    results.interruptions[key] = { ...seen, commit };
    await save();
    console.log(seen.shortfalls.length === 0 ? 'met' : seen.shortfalls.join('; '));
  });
}

/** Whether all were done: not those after one that did not heal, or after which the cluster is another one. */
async function doAll(
  { results, commit, save }: Suite,
  cluster: HaCluster,
  place: string,
  todo: readonly Todo[],
): Promise<boolean> {
  for (const { drill, key } of todo) {
    // The same for all load balancers.
    const random = randomFrom(`${results.seed}/level ${cluster.level}/${key}`);
    const rehearsal = await rehearse(cluster, drill, random).catch((error: Error): Rehearsal => {
      // What fails because its lab is being removed is no rehearsal.
      if (stopped) throw error;
      console.error(error);
      const failed = [`it failed: ${error.message}`];
      return { drill: drill.name, nodes: [], shortfalls: failed, harm: failed };
    });
    (results.rehearsals[place] ??= {})[key] = { ...rehearsal, commit };
    await save();
    const { shortfalls, nodes, healedAfter } = rehearsal;
    console.log(
      [
        `${place}/${key} (${nodes.join(', ')}):`,
        shortfalls.length === 0 ? 'met;' : `${shortfalls.join('; ')};`,
        healedAfter === undefined ? 'did not heal' : `whole after ${(healedAfter / 1000).toFixed(1)} s`,
      ].join(' '),
    );
    if (healedAfter === undefined || drill.changesCluster === true) return false;
  }
  return true;
}

async function inCluster(
  name: string,
  level: 3 | 4,
  work: (cluster: HaCluster) => Promise<void>,
): Promise<void> {
  await inLab(name, async () => {
    const cluster = await haCluster(name, level);
    await mustRun(cluster, ['up', '--yes']);
    await work(cluster);
  });
}

/** Whether it was told to stop: it ends when its lab is gone. */
let stopped = false;

async function inLab(name: string, work: () => Promise<void>): Promise<void> {
  let removed: Promise<void> | undefined;
  const remove = async (): Promise<void> => (removed ??= removeLabNamed(name));
  const giveUp = (): void => {
    if (stopped) return;
    stopped = true;
    void remove()
      .catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
      .finally(() => process.exit(130));
  };
  // Not once: with a listener that is gone already, execa (its signal-exit) takes the signal for nobody's and ends this process.
  process.on('SIGINT', giveUp).on('SIGTERM', giveUp);
  try {
    await work();
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    await remove();
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
  }
}
