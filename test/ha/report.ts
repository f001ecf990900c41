import { format, resolveConfig } from 'prettier';
import { drills } from './drills.ts';
import type { Figures } from './figures.ts';
import type { Interruptions } from './interruptions.ts';
import { loadBalancers } from './load-balancers.ts';
import type { Rehearsal } from './rehearse.ts';
import type { Results } from './results.ts';
import { COMPARED, COMPARED_RUNS } from './suite.ts';

/** Where kubehaus itself is rehearsed. */
const OURS = ['level 3', 'level 4', ...loadBalancers.slice(0, 1).map(({ name }) => name)];

/** How often a fault is rehearsed when all is done: medians are of at least so many. */
export const RUNS = 5;

/** {@link page}, set as all Markdown here is. */
export async function formattedPage(results: Results): Promise<string> {
  return format(page(results), {
    ...(await resolveConfig(import.meta.filename)),
    parser: 'markdown',
  });
}

/** The page with a run's figures, as Markdown. Times in it are the median and the worst of the runs of each fault. */
export function page(results: Results): string {
  const { seed, machine, commit, rehearsals, interruptions } = results;
  const at = (place: string): readonly Rehearsal[] => Object.values(rehearsals[place] ?? {});
  const balancers = loadBalancers.map(({ name }) => [name, at(name)] as const);
  return `${[
    '# High availability, as measured',
    '',
    '<!-- Made by `make ha`. -->',
    '',
    `Made by \`make ha\` of ${commit} with the seed \`${seed}\` on ${machine}, all hosts on this one machine: three masters and a worker, and at`,
    'level 4 three hosts of etcd’s own. Every fault came at a random moment, while probes asked from every node through its own load balancer,',
    'ten times a second ([lab.md](lab.md#probes)). What nodes under fault saw themselves does not count. Times are the median of the runs, and the',
    'worst; what is counted is added up, of all nodes and runs.',
    '',
    '- A *gap* is the longest time without an answer. Reads and writes are on a new connection each; *open connections* are those that controllers',
    '  keep, with their watches: where a host is gone without a word, it is they who must notice, which takes them 10 s.',
    '- A request that fails is tried once more, 0.1 s later; *failed twice* is what is left then. A write fails without a word on whether it was done',
    '  where its master goes while it is under way, so clients that must know ask again: kubectl does not, controllers do.',
    '- *Asked of it* is what a run must keep to while the fault lasts, and, where two times are given, from when it is mended until the cluster is',
    '  whole. Whatever the fault, no acknowledged write may be lost, members of etcd must have the same data at last, no node but those under fault may',
    '  stop being Ready while writes are possible, and pods of such nodes must reach each other.',
    '- *Whole* is a cluster whose nodes, pods and members are all well and of which nothing that is asked fails any more, on no node, for 11 s at',
    '  least; the time counts until these 11 s begin, or until all were first found well if that was later.',
    '- *Kept to* counts the runs that kept to all that is asked. A fault is met when most of its runs did: then so do the medians.',
    '',
    'Hosts and probes share the processors of one machine, so gaps while a host boots or an API server starts are the machine’s as well.',
    '',
    ...[3, 4].flatMap((level) => section(`Level ${level}`, faultTable(at(`level ${level}`)))),
    ...section('Load balancers compared', balancerTable(balancers)),
    ...section('Runs of kubehaus that were cut off', interruptionLines(interruptions)),
    ...section('Faults that are not met', notMet(rehearsals)),
    ...section('Runs that fell short', missed(rehearsals)),
    ...section('Not rehearsed yet', undone(results)),
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
      'open connections’ gap',
      'failed twice',
      'gap while it heals',
      'writes lost',
      'whole after',
    ],
    byDrill(rehearsals).map(([name, runs]) => {
      const others = during(runs);
      const healing = runs.flatMap((run) => run.healing ?? []).filter(({ looked }) => looked);
      return [
        name,
        asked(name),
        String(runs.length),
        met(runs),
        seconds(others.map(({ read }) => read.longestGap)),
        seconds(others.map(({ write }) => write.longestGap)),
        seconds(others.map(openGap)),
        others.length === 0 ? '–' : String(failedTwice(others)),
        seconds(healing.map(({ read, write }) => Math.max(read.longestGap, write.longestGap))),
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
  const { bar, healing, healsWithin } = drill;
  const gap = [...new Set([bar.gap, healing?.gap])].filter((one) => one !== undefined);
  const words: readonly (readonly [unknown, string])[] = [
    [bar.gap, `gap ≤ ${gap.map(inSeconds).join(', ')}`],
    [bar.failedAfterRetry, 'none fails twice'],
    [bar.keptGap, `open connections’ gap ≤ ${inSeconds(bar.keptGap)}`],
    [bar.noTrafficAfter, `not asked after ${inSeconds(bar.noTrafficAfter)}`],
    [bar.keptFailed, 'no open connection drops'],
    [bar.everyMaster, 'every master is asked'],
    [bar.podGap, `pods’ gap ≤ ${inSeconds(bar.podGap)}`],
    [bar.serviceGap, `a Service’s gap ≤ ${inSeconds(bar.serviceGap)}`],
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
  const rows = table(
    [
      'fault',
      'load balancer',
      'runs',
      'reads’ gap',
      'failed',
      'failed twice',
      'failed twice while it heals',
      'open connections’ gap',
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
              String(failedTwice(others)),
              String(failedTwice(runs.flatMap((run) => run.healing ?? []))),
              seconds(others.map(openGap)),
              seconds(others.flatMap(({ lastReached }) => lastReached ?? [])),
            ],
          ];
        }),
    ),
  );
  return rows.length === 0
    ? []
    : [
        'The same faults on the same hosts, with what each load balancer’s own project sets. A master is known when it has shown its certificate, so one',
        'that is cut off or frozen is not seen to be asked (–). What master-gate does when no master is ready, when it dies itself, and while an API server',
        'starts, `make e2e-ha` tries.',
        '',
        ...rows,
      ];
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

/** The faults of which most runs fell short; of load balancers, for ours alone. */
function notMet(rehearsals: Results['rehearsals']): readonly string[] {
  return OURS.flatMap((place) =>
    byDrill(Object.values(rehearsals[place] ?? {}))
      .filter(([, runs]) => 2 * keptTo(runs) <= runs.length)
      .map(([name, runs]) => `- ${place}: ${name} (kept to by ${met(runs)})`),
  );
}

/** What single runs fell short of; of load balancers, for ours alone. */
function missed(rehearsals: Results['rehearsals']): readonly string[] {
  return OURS.flatMap((place) =>
    Object.entries(rehearsals[place] ?? {})
      .filter(([, { shortfalls }]) => shortfalls.length > 0)
      .map(([key, { nodes, shortfalls, waitedFor = [] }]) => {
        const last = waitedFor[0] === undefined ? '' : ` (at last it waited for: ${brief(waitedFor[0])})`;
        return `- ${place}, ${key} (${nodes.join(', ')}): ${shortfalls.map(brief).join('; ')}${last}`;
      }),
  );
}

/** What is said in many lines is in the JSON. */
function brief(sentence: string): string {
  const [line = ''] = sentence.split('\n');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** What a run that is not over has not come to. */
function undone({ rehearsals, interruptions }: Results): readonly string[] {
  const few = (place: string, names: readonly string[], runs: number): readonly string[] =>
    names.flatMap((name) => {
      const done = Object.values(rehearsals[place] ?? {}).filter(({ drill }) => drill === name).length;
      return done < runs ? [`- ${place}: ${name} (${done} of ${runs})`] : [];
    });
  return [
    ...('level 3' in interruptions ? [] : ['- runs of kubehaus that are cut off']),
    ...([3, 4] as const).flatMap((level) => {
      const its = drills.filter(({ levels }) => levels.includes(level));
      return few(
        `level ${level}`,
        its.map(({ name }) => name),
        RUNS,
      );
    }),
    ...loadBalancers.flatMap(({ name }) => few(name, COMPARED, COMPARED_RUNS)),
  ];
}

function byDrill(rehearsals: readonly Rehearsal[]): readonly (readonly [string, readonly Rehearsal[]])[] {
  const names = [...new Set(rehearsals.map(({ drill }) => drill))];
  return names.map((name) => [name, rehearsals.filter(({ drill }) => drill === name)]);
}

/** What others saw while the faults lasted; nothing where there were none, nor of a rehearsal that failed itself, which fell short as a whole. */
function during(rehearsals: readonly Rehearsal[]): readonly Figures[] {
  return rehearsals.flatMap((one) => one.during ?? []).filter(({ looked }) => looked);
}

/** How long open connections were of no use, in milliseconds: requests on a kept one, or watches. */
function openGap({ kept, watch }: Figures): number {
  return Math.max(kept.longestGap, watch.longestSilence);
}

function failedTwice(figures: readonly Figures[]): number {
  return sum(figures.map(({ read, write }) => read.failedAfterRetry + write.failedAfterRetry));
}

function keptTo(rehearsals: readonly Rehearsal[]): number {
  return rehearsals.filter(({ shortfalls }) => shortfalls.length === 0).length;
}

function met(rehearsals: readonly Rehearsal[]): string {
  return `${keptTo(rehearsals)} of ${rehearsals.length}`;
}

/** Median (of two in the middle the greater) and worst, of milliseconds, in seconds. */
function seconds(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return '–';
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const shown = (value = 0) => (value === Infinity ? 'never' : `${(value / 1000).toFixed(2)} s`);
  return `${shown(sorted[Math.floor(sorted.length / 2)])}, ${shown(sorted.at(-1))}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0
    ? []
    : [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
