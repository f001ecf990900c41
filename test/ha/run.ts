import { randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { execa } from 'execa';
import { removeLab } from '../../lab/clear.ts';
import { labNamed } from '../../lab/state.ts';
import { ROOT } from '../render/scenarios.ts';
import { drills, type Drill } from './drills.ts';
import { haCluster, mustRun, type HaCluster } from './ha-cluster.ts';
import { interrupt } from './interruptions.ts';
import { loadBalancers, put } from './load-balancers.ts';
import { randomFrom } from './random.ts';
import { rehearse } from './rehearse.ts';
import { page } from './report.ts';
import { readResults, writeResults, type Results } from './results.ts';

const parts = ['faults', 'load-balancers', 'interruptions'] as const;

interface Options {
  readonly seed?: string;
  readonly runs: number;
  readonly level: readonly (3 | 4)[];
  readonly part?: (typeof parts)[number];
  readonly only: string;
  readonly anew: boolean;
  readonly results: string;
  readonly page: string;
}

/** The faults that load balancers are compared under: those in which a master is no use, in different ways. */
const compared = [
  'a master’s host stops',
  'a master is cut off without RST',
  'an API server is up but not ready: its etcd is gone',
  'an API server is frozen',
];

/** Folders that what is measured is made from. */
const MEASURED = [
  ...['cluster', 'drive', 'lab', 'playbook-templates', 'render', 'roles', 'stacks', 'test/ha'],
];

async function measuredCommit(): Promise<string> {
  const git = async (...args: readonly string[]) =>
    (await execa('git', ['-C', ROOT, ...args, '--', ...MEASURED])).stdout;
  const commit = await git('log', '-1', '--format=%h');
  return (await git('status', '--porcelain')) === '' ? commit : `${commit}+`;
}

/** How long a fault lasts when load balancers are compared, in milliseconds; whether kubelets stay Ready is not compared. */
const COMPARED_FOR = 30_000;

/** Goes on where the last run ended, and writes the page anew after everything that was done. */
async function run(options: Options): Promise<void> {
  if (options.anew) await rm(options.results, { force: true });
  const commit = await measuredCommit();
  const results: Results = (await readResults(options.results)) ?? {
    seed: options.seed ?? String(randomInt(2 ** 32)),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    commit,
    rehearsals: {},
    interruptions: {},
  };
  if (options.seed !== undefined && options.seed !== results.seed)
    throw new Error(`${options.results} is of seed ${results.seed}: go on with that one, or --anew`);
  if (commit !== results.commit)
    throw new Error(
      `${options.results} is of ${results.commit}, this is ${commit}: check that one out, or --anew`,
    );
  console.log(`seed ${results.seed}`);
  const save = async (): Promise<void> => {
    await writeResults(options.results, results);
    await writeFile(options.page, page(results));
  };
  const wanted = (part: Options['part']): boolean => options.part === undefined || options.part === part;
  if (wanted('interruptions')) await interruptions(options, results, save);
  if (wanted('faults')) {
    for (const level of options.level) await faults(level, options, results, save);
  }
  if (wanted('load-balancers')) await comparison(options, results, save);
}

/** A drill that was not done yet, and the name of its result. */
interface Todo {
  readonly drill: Drill;
  readonly key: string;
}

/** What is left of the runs of these drills at a place. */
function left(
  { runs, only }: Options,
  results: Results,
  place: string,
  chosen: readonly Drill[],
): readonly Todo[] {
  return chosen
    .filter(({ name }) => name.includes(only))
    .flatMap((drill) => rounds(runs).map((round) => ({ drill, key: `${drill.name}/${round}` })))
    .filter(({ key }) => results.rehearsals[place]?.[key] === undefined);
}

async function faults(
  level: 3 | 4,
  options: Options,
  results: Results,
  save: () => Promise<void>,
): Promise<void> {
  const place = `level ${level}`;
  const chosen = drills.filter(({ levels }) => levels.includes(level));
  const todo = (): readonly Todo[] => left(options, results, place, chosen);
  // A cluster that does not heal is of no use for the next fault: there is another one then.
  while (todo().length > 0)
    await inCluster(`ha${level}`, level, async (cluster) => {
      await doAll(cluster, place, todo(), results, save);
    });
}

async function comparison(options: Options, results: Results, save: () => Promise<void>): Promise<void> {
  const chosen = drills
    .filter(({ name }) => compared.includes(name))
    .map((drill) => ({ ...drill, lasts: COMPARED_FOR }));
  // What differs differs by much.
  const runs = Math.min(options.runs, 3);
  const todo = () =>
    loadBalancers
      .map((balancer) => ({ balancer, drills: left({ ...options, runs }, results, balancer.name, chosen) }))
      .filter((one) => one.drills.length > 0);
  while (todo().length > 0)
    await inCluster('halb', 3, async (cluster) => {
      for (const one of todo()) {
        const putBack = await put(cluster, one.balancer);
        if (!(await doAll(cluster, one.balancer.name, one.drills, results, save))) return;
        await putBack();
      }
    });
}

async function interruptions({ only }: Options, results: Results, save: () => Promise<void>): Promise<void> {
  const key = 'level 3';
  if (only !== '' || results.interruptions[key] !== undefined) return;
  await inLab('hakill', async () => {
    const cluster = await haCluster('hakill', 3);
    const seen = await interrupt(cluster, randomFrom(`${results.seed}/${key}`), { kills: 20, breaks: 3 });
    results.interruptions[key] = seen;
    await save();
    console.log(`killed after:\n  ${seen.killedAfter.join('\n  ')}`, seen.sshBroken, seen.shortfalls);
  });
}

/** Whether all were done: not those after one that did not heal. */
async function doAll(
  cluster: HaCluster,
  place: string,
  todo: readonly Todo[],
  results: Results,
  save: () => Promise<void>,
): Promise<boolean> {
  for (const { drill, key } of todo) {
    // The same for all load balancers.
    const random = randomFrom(`${results.seed}/level ${cluster.level}/${key}`);
    const rehearsal = await rehearse(cluster, drill, random);
    (results.rehearsals[place] ??= {})[key] = rehearsal;
    await save();
    const { shortfalls, nodes, healedAfter } = rehearsal;
    console.log(
      `${place}/${key} (${nodes.join(', ')}): ${shortfalls.length === 0 ? 'met' : shortfalls.join('; ')}; ${
        healedAfter === undefined ? 'did not heal' : `whole after ${(healedAfter / 1000).toFixed(1)} s`
      }`,
    );
    if (healedAfter === undefined) return false;
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

/** Removes the lab at the end, whatever the end is. */
async function inLab(name: string, work: () => Promise<void>): Promise<void> {
  const giveUp = (): void => {
    void removeLab(labNamed(name)).finally(() => process.exit(130));
  };
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
  try {
    await work();
  } finally {
    await removeLab(labNamed(name));
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
  }
}

function rounds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

function levelOf(text: string): readonly (3 | 4)[] {
  if (text === '3') return [3];
  if (text === '4') return [4];
  throw new InvalidArgumentError('It is 3 or 4.');
}

await new Command('make ha')
  .description(
    'Rehearses every fault on clusters of levels 3 and 4 in the lab, compares load balancers, kills runs of kubehaus, and writes docs/ha.md. It takes hours, and goes on where it ended.',
  )
  .option('--seed <seed>', 'of the moments and the nodes; chosen and printed without it')
  .option('--runs <number>', 'of each fault', wholeNumber, 5)
  .option('--level <level>', '3 or 4; both without it', levelOf, [3, 4] as const)
  .addOption(new Option('--part <part>', 'only this part').choices(parts))
  .option('--only <words>', 'faults whose names have these words', '')
  .option('--anew', 'forget what was done', false)
  .option('--results <file>', 'all figures, and where it goes on from', join(ROOT, '.ha/results.json'))
  .option('--page <file>', 'the page with the figures', join(ROOT, 'docs/ha.md'))
  .action(run)
  .parseAsync();
