import { format, resolveConfig } from 'prettier';
import { drills } from './drills.ts';
import type { Figures } from './figures.ts';
import type { Interruptions } from './interruptions.ts';
import { loadBalancers } from './load-balancers.ts';
import type { Rehearsal } from './rehearse.ts';
import type { Results } from './results.ts';

/** {@link page}, set as all Markdown here is. */
export async function formattedPage(results: Results): Promise<string> {
  return format(page(results), { ...(await resolveConfig(import.meta.filename)), parser: 'markdown' });
}

/** The page with a run's figures, as Markdown. Times in it are the median and the worst of the runs of each fault. */
export function page({ seed, machine, commit, rehearsals, interruptions }: Results): string {
  const at = (place: string): readonly Rehearsal[] => Object.values(rehearsals[place] ?? {});
  const balancers = loadBalancers.map(({ name }) => [name, at(name)] as const);
  return `${[
    '# High availability, as measured',
    '',
    '<!-- Made by `make ha`. -->',
    '',
    `Made by \`make ha\` of ${commit} with the seed \`${seed}\` on ${machine}, all hosts on this one machine. Every fault came at a random moment,`,
    'while probes asked from every node through its own load balancer, ten times a second ([lab.md](lab.md#probes)). What nodes under fault saw themselves',
    'does not count. Each cell has the median of the runs, and the worst. A gap is the longest time without an answer. A request that fails is tried',
    'once more, 0.1 s later; *failed twice* is what is left then. A write fails without a word on whether it was done where its master goes while it is',
    'under way, so clients that must know ask again: kubectl does not, controllers do.',
    '',
    '*Asked of it* is what a run must keep to: while the fault lasts, for reads and writes alike, and from when it is mended until the cluster is whole.',
    'Hosts and probes share the processors of one machine, so gaps while a host boots or an API server starts are the machine’s as well.',
    '',
    ...[3, 4].flatMap((level) => section(`Level ${level}`, faultTable(at(`level ${level}`)))),
    ...section('Load balancers compared', balancerTable(balancers)),
    ...section('Runs of kubehaus that were cut off', interruptionLines(interruptions)),
    ...section('Not met', missed(rehearsals)),
    ...section('Not rehearsed yet', undone(rehearsals)),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

function faultTable(rehearsals: readonly Rehearsal[]): readonly string[] {
  return table(
    [
      'fault',
      'asked of it',
      'runs',
      'kept to',
      'reads’ gap',
      'writes’ gap',
      'failed twice',
      'watches’ silence',
      'writes lost',
      'whole after',
    ],
    byDrill(rehearsals).map(([name, runs]) => {
      // With every node under fault there are no others.
      const others = during(runs).filter(({ looked }) => looked);
      return [
        name,
        asked(name),
        String(runs.length),
        met(runs),
        seconds(others.map(({ read }) => read.longestGap)),
        seconds(others.map(({ write }) => write.longestGap)),
        String(failedTwice(runs)),
        seconds(others.map(({ watch }) => watch.longestSilence)),
        String(sum(runs.map(({ lostWrites }) => lostWrites))),
        seconds(runs.map(({ healedAfter }) => healedAfter ?? Infinity)),
      ];
    }),
  );
}

/** What is asked of a fault, in words; what is asked of all stands above the table. */
function asked(name: string): string {
  const drill = drills.find((one) => one.name === name);
  if (drill === undefined) return '';
  const { bar, noWrites, healsWithin } = drill;
  const words: readonly (readonly [number | boolean | undefined, string])[] = [
    [bar.gap, `gap ≤ ${inSeconds(bar.gap)}`],
    [bar.failedAfterRetry, 'none fails twice'],
    [bar.watchSilence, `watches silent ≤ ${inSeconds(bar.watchSilence)}`],
    [bar.noTrafficAfter, `not asked after ${inSeconds(bar.noTrafficAfter)}`],
    [bar.keptFailed, 'no open connection drops'],
    [bar.podGap, `pods’ gap ≤ ${inSeconds(bar.podGap)}`],
    [noWrites, 'heals by itself'],
    [healsWithin, `whole ≤ ${inSeconds(healsWithin)}`],
  ];
  return words
    .filter(([is]) => is !== undefined)
    .map(([, word]) => word)
    .join('; ');
}

const inSeconds = (milliseconds = 0): string => `${milliseconds / 1000} s`;

function balancerTable(
  balancers: readonly (readonly [name: string, rehearsals: readonly Rehearsal[]])[],
): readonly string[] {
  return table(
    [
      'fault',
      'load balancer',
      'runs',
      'reads’ gap',
      'failed',
      'failed twice',
      'kept connection’s gap',
      'a master under fault was asked until',
    ],
    [...new Set(balancers.flatMap(([, rehearsals]) => byDrill(rehearsals).map(([drill]) => drill)))].flatMap(
      (drill) =>
        balancers.flatMap(([name, rehearsals]) => {
          const runs = rehearsals.filter((one) => one.drill === drill);
          if (runs.length === 0) return [];
          const others = during(runs);
          return [
            [
              drill,
              name,
              String(runs.length),
              seconds(others.map(({ read }) => read.longestGap)),
              String(sum(others.map(({ read, write }) => read.failed + write.failed))),
              String(failedTwice(runs)),
              seconds(others.map(({ kept }) => kept.longestGap)),
              seconds(others.map(({ lastReached }) => lastReached ?? 0)),
            ],
          ];
        }),
    ),
  );
}

function interruptionLines(interruptions: Results['interruptions']): readonly string[] {
  return Object.entries(interruptions).flatMap(
    ([where, { killedAfter, sshBroken, shortfalls }]: [string, Interruptions]) => [
      `${where[0]?.toUpperCase() ?? ''}${where.slice(1)}: \`kubehaus up\` was killed with all its children ${killedAfter.length} times while the cluster came up, each time further on, and when it was up; SSH to a host broke ${sshBroken.length} times.`,
      shortfalls.length === 0
        ? 'The run after that brought the cluster up, and the next one changed nothing.'
        : shortfalls.join('; '),
      '',
      'The last tasks before it was killed:',
      '',
      ...killedAfter.map((task) => `- \`${task}\``),
    ],
  );
}

/** What was not met, run by run. */
function missed(rehearsals: Results['rehearsals']): readonly string[] {
  return ['level 3', 'level 4'].flatMap((place) =>
    Object.entries(rehearsals[place] ?? {})
      .filter(([, { shortfalls }]) => shortfalls.length > 0)
      .map(
        ([key, { nodes, shortfalls }]) =>
          `- ${place}, ${key} (${nodes.join(', ')}): ${shortfalls.join('; ')}`,
      ),
  );
}

/** Faults that a run which is not over has not come to. */
function undone(rehearsals: Results['rehearsals']): readonly string[] {
  return ([3, 4] as const).flatMap((level) => {
    const done = Object.values(rehearsals[`level ${level}`] ?? {}).map(({ drill }) => drill);
    return drills
      .filter(({ name, levels }) => levels.includes(level) && !done.includes(name))
      .map(({ name }) => `- level ${level}: ${name}`);
  });
}

function byDrill(rehearsals: readonly Rehearsal[]): readonly (readonly [string, readonly Rehearsal[]])[] {
  const names = [...new Set(rehearsals.map(({ drill }) => drill))];
  return names.map((name) => [name, rehearsals.filter(({ drill }) => drill === name)]);
}

/** What was seen while the faults lasted; nothing of a rehearsal that failed itself, which stands under "Not met". */
function during(rehearsals: readonly Rehearsal[]): readonly Figures[] {
  return rehearsals.flatMap((one) => one.during ?? []);
}

function failedTwice(rehearsals: readonly Rehearsal[]): number {
  return sum(during(rehearsals).map(({ read, write }) => read.failedAfterRetry + write.failedAfterRetry));
}

function met(rehearsals: readonly Rehearsal[]): string {
  return `${rehearsals.filter(({ shortfalls }) => shortfalls.length === 0).length} of ${rehearsals.length}`;
}

/** Median and worst, of milliseconds, in seconds. */
function seconds(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return '–';
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const shown = (value = 0) => (value === Infinity ? 'never' : `${(value / 1000).toFixed(2)} s`);
  return `${shown(sorted[Math.floor((sorted.length - 1) / 2)])}, ${shown(sorted.at(-1))}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0
    ? []
    : [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
