import type { Bar } from '../../lab/probes/bar.ts';
import { drills } from './drills.ts';
import type { Figures } from './figures.ts';
import type { Rehearsal } from './rehearse.ts';
import type { OfCommit } from './results.ts';

/** Rehearsals of a place: a level's, or those with a load balancer. */
export type Rehearsals = readonly (Rehearsal & OfCommit)[];

/** What is asked of each fault, of a level or of both, in words. */
export function askedTable(): readonly string[] {
  return table(
    ['fault', 'levels', 'while it lasts', 'while it heals', 'whole within'],
    drills.map(({ name, levels, bar, healing, also, healsWithin }) => [
      name,
      levels.join(', '),
      [...inWords(bar), ...(also === undefined ? [] : [also.asked])].join('; '),
      healing === undefined ? '' : inWords(healing).join('; '),
      healsWithin === undefined ? '' : inSeconds(healsWithin),
    ]),
  );
}

function inWords(bar: Bar): readonly string[] {
  const words: readonly (readonly [unknown, string])[] = [
    [bar.gap, `gap ≤ ${inSeconds(bar.gap)}`],
    [bar.wait, `no request takes longer than ${inSeconds(bar.wait)}`],
    [bar.failedAfterRetry, 'none fails twice'],
    [bar.noTrafficAfter, `not asked after ${inSeconds(bar.noTrafficAfter)}`],
    [bar.everyMaster, 'every master is asked'],
    [bar.keptGap, `open connections’ gap ≤ ${inSeconds(bar.keptGap)}`],
    [bar.keptFailed, 'no open connection drops'],
    [bar.podGap, `pods’ gap ≤ ${inSeconds(bar.podGap)}`],
    [bar.serviceGap, `a Service’s gap ≤ ${inSeconds(bar.serviceGap)}`],
    [bar.droppedStreams, 'no connection between pods drops'],
  ];
  return words.filter(([is]) => is !== undefined).map(([, word]) => word);
}

const inSeconds = (milliseconds = 0): string => `${milliseconds / 1000} s`;

/** What users saw of each fault. */
export function faultTable(rehearsals: Rehearsals): readonly string[] {
  return table(
    [
      'fault',
      'runs',
      'of',
      'kept to',
      'it lasted',
      'reads’ gap',
      'writes’ gap',
      'slowest answer',
      'failed, twice',
      'open connections’ gap',
      'pods’ gap',
      'Services failed, twice',
      'gap while it heals',
      'writes lost',
      'whole after',
    ],
    byDrill(rehearsals).map(([name, runs]) => {
      const seen = cellsOf(name, during(runs));
      const heals = healing(runs).map(({ read, write }) => Math.max(read.longestGap, write.longestGap));
      const lasted = runs.flatMap((run) => run.during?.lasted ?? []);
      const wholeAfter = runs.map(({ healedAfter }) => healedAfter ?? Infinity);
      return [
        ...[name, String(runs.length), commits(runs), met(runs), seconds(0, lasted)],
        ...[seen.readGap, seen.writeGap, seen.slowest, seen.failed, seen.openGap, seen.podGap, seen.services],
        ...[seconds(2, heals), lost(runs), seconds(0, wholeAfter)],
      ];
    }),
  );
}

/** For how long reads or writes of a node were not answered while a fault lasted. */
export function longestGaps(rehearsals: Rehearsals): string {
  return seconds(
    2,
    during(rehearsals).map(({ read, write }) => Math.max(read.longestGap, write.longestGap)),
  );
}

/** The same faults with one load balancer and another. */
export function balancerTable(
  balancers: readonly (readonly [name: string, rehearsals: Rehearsals])[],
): readonly string[] {
  const faults = [...new Set(balancers.flatMap(([, rehearsals]) => rehearsals.map(({ drill }) => drill)))];
  return table(
    [
      'fault',
      'load balancer',
      'runs',
      'of',
      'reads’ gap',
      'slowest answer',
      'failed, twice',
      'the same while it heals',
      'open connections’ gap',
      'a master under fault was asked until',
    ],
    faults.flatMap((fault) =>
      balancers.flatMap(([name, rehearsals]) => {
        const runs = rehearsals.filter(({ drill }) => drill === fault);
        if (runs.length === 0) return [];
        const seen = cellsOf(fault, during(runs));
        const answers = drills.some(({ name, bar }) => name === fault && bar.noTrafficAfter !== undefined);
        const reached = answers ? during(runs).flatMap(({ lastReached }) => lastReached ?? []) : [];
        return [
          [
            ...[fault, name, String(runs.length), commits(runs), seen.readGap, seen.slowest, seen.failed],
            ...[cellsOf(fault, healing(runs)).failed, seen.openGap, seconds(1, reached)],
          ],
        ];
      }),
    ),
  );
}

/** The cells about spans of time in which a fault lasted, or healed. */
function cellsOf(fault: string, spans: readonly Figures[]) {
  const medianAndWorst = (digits: number, of: (figures: Figures) => number): string =>
    seconds(digits, spans.map(of));
  return {
    readGap: medianAndWorst(2, ({ read }) => read.longestGap),
    writeGap: medianAndWorst(2, ({ write }) => write.longestGap),
    slowest: medianAndWorst(1, ({ read, write }) => Math.max(read.slowest, write.slowest)),
    failed: failed(spans.flatMap(({ read, write }) => [read, write])),
    openGap: medianAndWorst(1, (figures) => openGap(fault, figures)),
    podGap: medianAndWorst(1, ({ pods }) => pods.longestGap),
    services: failed(spans.map(({ service }) => service)),
  };
}

/** Rehearsals by their fault, in the order of their first ones. */
export function byDrill(rehearsals: Rehearsals): readonly (readonly [string, Rehearsals])[] {
  const names = [...new Set(rehearsals.map(({ drill }) => drill))];
  return names.map((name) => [name, rehearsals.filter(({ drill }) => drill === name)]);
}

/** How many runs kept to all that is asked. */
function keptTo(rehearsals: Rehearsals): number {
  return rehearsals.filter(({ shortfalls }) => shortfalls.length === 0).length;
}

/** Whether most runs kept to all that is asked, so that medians do, and none did harm. */
export function isMet(rehearsals: Rehearsals): boolean {
  return 2 * keptTo(rehearsals) > rehearsals.length && rehearsals.every(({ harm }) => harm.length === 0);
}

/** What runs are of. */
function commits(rehearsals: Rehearsals): string {
  return [...new Set(rehearsals.map(({ commit }) => commit))].join(', ');
}

export function met(rehearsals: Rehearsals): string {
  return `${keptTo(rehearsals)} of ${rehearsals.length}`;
}

/** What others saw while the faults lasted; nothing where there were none, nor of a rehearsal that failed itself, which fell short as a whole. */
function during(rehearsals: Rehearsals): readonly Figures[] {
  return rehearsals.flatMap((one) => one.during ?? []).filter(({ looked }) => looked);
}

/** The same of when they healed, where they do not end by themselves. */
function healing(rehearsals: Rehearsals): readonly Figures[] {
  return rehearsals.flatMap((one) => one.healing ?? []).filter(({ looked }) => looked);
}

/**
 * How long open connections were of no use, in milliseconds: requests on a kept one, or watches. Where nothing is written, a watch has nothing
 * to tell, however well it is.
 */
function openGap(fault: string, { kept, watch }: Figures): number {
  const silent = drills.some(({ name, noWrites }) => name === fault && noWrites === true);
  return Math.max(kept.longestGap, silent ? 0 : watch.longestSilence);
}

function failed(all: readonly Figures['read'][]): string {
  if (all.length === 0) return '–';
  const total = (key: 'requests' | 'failed' | 'failedAfterRetry') => sum(all.map((figures) => figures[key]));
  return `${total('failed')}, ${total('failedAfterRetry')} of ${total('requests')}`;
}

/** Of runs that failed themselves it is not known. */
function lost(rehearsals: Rehearsals): string {
  const known = rehearsals.flatMap(({ lostWrites }) => lostWrites ?? []);
  return known.length === 0 ? '–' : String(sum(known));
}

/** Median (of two in the middle the greater) and worst, of milliseconds, in seconds; of one alone, that. */
function seconds(digits: number, milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return '–';
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const shown = (value = 0) => (value === Infinity ? 'never' : `${(value / 1000).toFixed(digits)} s`);
  const chosen = sorted.length === 1 ? sorted : [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return chosen.map(shown).join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A table in Markdown; nothing without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0
    ? []
    : [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
