import { randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { execa } from 'execa';
import { ROOT } from '../render/scenarios.ts';
import { drills } from './drills.ts';
import { formattedPage, RUNS, unmet } from './report.ts';
import { commitsOf, readResults, writeResults, type Results } from './results.ts';
import { doPart, parts, without, type Part } from './suite.ts';

/** What is measured is made from these. */
const MEASURED = [
  ...['cli', 'cluster', 'drive', 'examples', 'lab', 'playbook-templates', 'render', 'roles', 'stacks'],
  'package-lock.json',
  ...['test/e2e', 'test/ha'],
  // How figures are told, and tests, change none of them.
  ...[':(exclude)test/ha/run.ts', ':(exclude)test/ha/report*.ts', ':(exclude)*.test.ts'],
];

interface Options {
  readonly seed?: string;
  readonly runs: number;
  readonly part?: Part;
  readonly only?: readonly string[];
  readonly again: boolean;
  readonly anew: boolean;
  readonly keepFormer: boolean;
  readonly results: string;
  readonly report: string;
}

async function run(options: Options): Promise<void> {
  const nobody = options.only?.find((words) => !drills.some(({ name }) => name.includes(words)));
  if (nobody !== undefined)
    throw new Error(
      `No fault is named like "${nobody}". There are:\n  ${drills.map(({ name }) => name).join('\n  ')}`,
    );
  if (options.anew) await rm(options.results, { force: true });
  const commit = await measuredCommit();
  const { runs, only = [], part } = options;
  const chosen: readonly Part[] = part === undefined ? parts : [part];
  const former = await resultsToGoOnFrom(options, commit);
  const results = options.again ? chosen.reduce((left, one) => without(left, one, only), former) : former;
  console.log(`seed ${results.seed}`);
  const save = async (): Promise<void> => {
    // Playbooks and programs are read anew by each run of kubehaus.
    const now = await measuredCommit();
    if (now !== commit)
      throw new Error(`It began with ${commit}, and what is here now is ${now}: nothing more is kept.`);
    await write(options.results, results);
  };
  await save();
  for (const one of chosen) await doPart({ results, commit, save, runs, only }, one);

  // The report is of all, and of commits: who tries a single fault, or a change, does not put that in the report's place.
  const all = part === undefined && only.length === 0 && runs >= RUNS && !commit.endsWith('+');
  const to = all ? options.report : options.results;
  await write(to, results);
  const rehearsals = Object.entries(results.rehearsals)
    .filter(([place]) => place.startsWith('level '))
    .flatMap(([, place]) => Object.values(place));
  const missed = rehearsals.filter(({ shortfalls }) => shortfalls.length > 0).length;
  console.log(`${missed} of ${rehearsals.length} rehearsals fell short of their bars: ${pageBeside(to)}`);
  const notMet = unmet(results);
  if (notMet.length === 0) return;
  console.log(`Not met:\n${notMet.join('\n')}`);
  process.exitCode = 1;
}

/** The figures as JSON, and beside them as a page. */
async function write(to: string, results: Results): Promise<void> {
  await writeResults(to, results);
  await writeFile(pageBeside(to), await formattedPage(results));
}

function pageBeside(results: string): string {
  return results.replace(/\.json$/, '.md');
}

/** The results that are there; new ones when there are none. Fails when they are of something else than what is here, unless that is wanted. */
async function resultsToGoOnFrom(
  { results: file, seed, keepFormer }: Options,
  commit: string,
): Promise<Results> {
  const former = await readResults(file);
  if (former === undefined)
    return {
      seed: seed ?? String(randomInt(2 ** 32)),
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
      rehearsals: {},
      interruptions: {},
    };
  if (seed !== undefined && seed !== former.seed)
    throw new Error(`${file} is of seed ${former.seed}: go on with that one, or --anew`);
  const commits = commitsOf(former);
  if (commits.some((of) => of.endsWith('+')))
    throw new Error(`${file} is of changes that were not committed, which may be others by now: --anew`);
  if (!keepFormer && commits.some((of) => of !== commit))
    throw new Error(
      `${file} is of ${commits.join(', ')}, this is ${commit}: check that one out, or --keep-former, or --anew`,
    );
  return former;
}

/** The last commit that changed what is measured, with `+` when there is more than that. */
async function measuredCommit(): Promise<string> {
  const git = async (...args: readonly string[]) =>
    (await execa('git', ['-C', ROOT, ...args, '--', ...MEASURED])).stdout;
  const commit = await git('log', '-1', '--format=%h');
  return (await git('status', '--porcelain')) === '' ? commit : `${commit}+`;
}

function jsonFile(path: string): string {
  if (!path.endsWith('.json')) throw new InvalidArgumentError('It must end in .json.');
  return path;
}

/** Names are written as in books. */
function asNamed(words: string, before: readonly string[] = []): readonly string[] {
  return [...before, words.replaceAll("'", '’')];
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

await new Command('make ha')
  .description(
    'Rehearses every fault on clusters of levels 3 and 4 in the lab, compares load balancers, kills runs of kubehaus, and writes docs/ha.json and docs/ha.md when all is done. It takes hours, and goes on where it ended. It ends with 1 when a fault is not met.',
  )
  .option('--seed <seed>', 'of the moments and the nodes; chosen and printed without it')
  .option('--runs <number>', 'of each fault', wholeNumber, RUNS)
  .addOption(new Option('--part <part>', 'only this part').choices(parts))
  .option(
    '--only <words>',
    'only faults whose names have these words; may be given again for more',
    asNamed,
    [],
  )
  .option('--again', 'forget what was done of the faults that are chosen, and do them once more', false)
  .option('--anew', 'forget what was done', false)
  .option(
    '--keep-former',
    'go on although what is measured has changed: figures say which commit they are of',
    false,
  )
  .option(
    '--results <file.json>',
    'the figures so far, with a page beside them, and where it goes on from',
    jsonFile,
    join(ROOT, '.ha/results.json'),
  )
  .option(
    '--report <file.json>',
    'the figures when all is done, with a page beside them',
    jsonFile,
    join(ROOT, 'docs/ha.json'),
  )
  .action(run)
  .parseAsync();
