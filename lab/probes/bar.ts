import type { ProbeReport, Window } from './report.ts';

/** What is asked of a cluster in a span of time. Times are in milliseconds; what is not named is not asked. */
export interface Bar {
  /** The longest time without a success, of reads and writes on new connections, on nodes that are not under fault. */
  readonly gap?: number;
  /** How long a read or a write on a new connection may take, answered or not. */
  readonly wait?: number;
  /** How many reads and writes on new connections may fail in spite of a retry. */
  readonly failedAfterRetry?: number;
  /** For requests on a connection that is kept: the longest time without a success, how many may fail, and how many in spite of a retry. */
  readonly keptGap?: number;
  readonly keptFailed?: number;
  readonly keptFailedAfterRetry?: number;
  /** How many watches may break off. */
  readonly brokenWatches?: number;
  /** The longest time in which a watch may tell of nothing. */
  readonly watchSilence?: number;
  /** From when on, after the window's begin, nothing may reach masters under fault. */
  readonly noTrafficAfter?: number;
  /** Whether every master that is not under fault must have answered. */
  readonly everyMaster?: boolean;
  /** The longest gap of a Service, whose pods are on nodes under fault as well. */
  readonly serviceGap?: number;
  /** Between pods of nodes that are not under fault: the longest gap, and how many long connections may drop. */
  readonly podGap?: number;
  readonly droppedStreams?: number;
}

/** What became of acknowledged writes that must not become of any, in sentences. */
export function harm({ writes }: ProbeReport): readonly string[] {
  const found: readonly (readonly [string, number])[] = [
    ['acknowledged writes that were lost', writes.lost.length],
    ['numbers that went back', writes.reordered.length],
    ['acknowledged writes that a watch never told of', writes.untold],
  ];
  return found.filter(([, is]) => is > 0).map(([what, is]) => `${what}: ${is}, more than 0`);
}

/**
 * What a report falls short of, in sentences; none when the bar is met. Whatever the bar: no write may be lost or reordered. What is asked of
 * others must have been looked at: a probe that did not look has found nothing. (The program that asks Services holds the long connections, too.)
 */
export function shortfalls(report: ProbeReport, bar: Bar, window: Window = report.whole): readonly string[] {
  const { others, masters, nodes } = window;
  const found = [...harm(report)];
  const atMost = (what: string, is: number, limit: number | undefined, measure = '') => {
    if (limit !== undefined && is > limit)
      found.push(`${what}: ${is}${measure}, more than ${limit}${measure}`);
  };

  for (const { name, underFault, read, kept, write, service, watch } of nodes) {
    if (underFault) continue;
    if ([read, kept, write, service].some(({ requests }) => requests === 0))
      found.push(`${name}: nothing was asked`);
    if (bar.brokenWatches !== undefined && watch.events === 0) found.push(`${name}: its watch told nothing`);
  }
  if (Object.keys(bar).length > 0 && others.read.requests === 0) found.push('no node was there to look');

  for (const series of ['read', 'write'] as const) {
    atMost(`${series}: longest gap`, round(others[series].longestGap), bar.gap, ' ms');
    atMost(`${series}: longest wait`, round(others[series].longestWait), bar.wait, ' ms');
    atMost(`${series}: failed after a retry`, others[series].failedAfterRetry, bar.failedAfterRetry);
  }
  atMost('read on a kept connection: longest gap', round(others.kept.longestGap), bar.keptGap, ' ms');
  atMost(
    'read on a kept connection: failed after a retry',
    others.kept.failedAfterRetry,
    bar.keptFailedAfterRetry,
  );
  atMost('read on a kept connection: failed', others.kept.failed, bar.keptFailed);
  atMost('watches that broke off', others.watch.broken, bar.brokenWatches);
  atMost('watch: longest silence', round(others.watch.longestSilence), bar.watchSilence, ' ms');
  for (const { name, underFault, lastReached, answered } of masters) {
    if (underFault) atMost(`${name}: last reached`, lastReached ?? 0, bar.noTrafficAfter, ' ms');
    else if (bar.everyMaster === true && answered === 0) found.push(`${name}: it answered nobody`);
  }
  atMost('Service: longest gap', round(others.service.longestGap), bar.serviceGap, ' ms');
  atMost('pod to pod: longest gap', round(others.pods.longestGap), bar.podGap, ' ms');
  atMost('long connections that dropped', others.streams.dropped, bar.droppedStreams);
  return found;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds);
}
