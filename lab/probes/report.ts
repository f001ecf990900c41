import {
  allStreams,
  requestFigures,
  streamFigures,
  watchFigures,
  within,
  worstOf,
  type RequestFigures,
  type Span,
  type StreamFigures,
  type WatchFigures,
} from './figures.ts';
import { grouped } from './grouped.ts';
import type { Line } from './lines.ts';
import { underFault, type Mark } from './marks.ts';
import { writeFigures, type FinalRead, type WriteFigures } from './writes.ts';

/** All that the probes found, and what was done meanwhile. */
export interface Evidence extends Span {
  readonly lines: readonly Line[];
  /** Lines of logs that could not be read: a cut of power may leave one a host. */
  readonly unreadable: number;
  /** The nodes that were probed; one that wrote no line is among them. */
  readonly nodes: readonly string[];
  /** Names of masters by the serial numbers of their certificates. */
  readonly masters: Readonly<Record<string, string>>;
  readonly marks: readonly Mark[];
  /** Undefined when no master could be asked. */
  readonly final?: FinalRead | undefined;
}

/**
 * What a user of the cluster would have noticed. Times of day are milliseconds since 1970, all others milliseconds. Fields are added to
 * it, but none is removed or changes its meaning while `version` is the same.
 */
export interface ProbeReport {
  readonly version: 1;
  readonly marks: readonly Mark[];
  readonly unreadable: number;
  /** Over the whole time: a write that is lost is lost for good. */
  readonly writes: WriteFigures;
  /** Whether the numbers were read once more at the end. */
  readonly finalRead: boolean;
  readonly whole: Window;
  /** The time cut at the marks: before the first, from each to the next, after the last. */
  readonly windows: readonly Window[];
}

/** A span of time, and how it was for each node. */
export interface Window extends Span {
  /** `whole`, `before`, or the label of the mark that it begins with. */
  readonly label: string;
  /** What nodes saw that were not under fault, of each other: what the cluster owes its users. */
  readonly others: Seen;
  readonly nodes: readonly NodeWindow[];
  readonly masters: readonly MasterWindow[];
}

export interface NodeWindow extends Seen {
  readonly name: string;
  readonly underFault: boolean;
  /** The same for pods of nodes under fault; none without such nodes. */
  readonly towardsFault: Pick<Seen, 'pods' | 'streams'>;
}

/** What one node saw, or the worst that several saw. */
export interface Seen {
  /** GETs, each on a new connection. */
  readonly read: RequestFigures;
  /** GETs on one connection that is kept, as controllers have it. */
  readonly kept: RequestFigures;
  /** Writes, each on a new connection. */
  readonly write: RequestFigures;
  readonly watch: WatchFigures;
  /** Requests to pods of nodes that are not under fault. */
  readonly pods: RequestFigures;
  /** Requests to the Service. Until Kubernetes knows that a node is gone (50 s), it sends some there. */
  readonly service: RequestFigures;
  /** Long connections to pods of nodes that are not under fault. */
  readonly streams: StreamFigures;
}

/** What reached a master from nodes that were not under fault. */
export interface MasterWindow {
  readonly name: string;
  readonly underFault: boolean;
  /** Attempts on new connections that got to it, and those of them that it answered well. */
  readonly reached: number;
  readonly answered: number;
  /**
   * Of a master under fault: when the last attempt began that got to it, counted from the fault's begin or, if that is later, the
   * window's. Null when none did, and for all other masters.
   */
  readonly lastReached: number | null;
}

const requestSeries = ['read', 'kept', 'write'] as const;

/** Makes the report. A pure function of what was found. */
export function reportOf(evidence: Evidence): ProbeReport {
  const { from, to, final } = evidence;
  const marks = [...evidence.marks].sort((a, b) => a.at - b.at);
  const cuts = marks.filter(({ at }) => at > from && at < to);
  const spans = [
    { label: 'before', from, to: cuts[0]?.at ?? to },
    ...cuts.map(({ label, at }, index) => ({ label, from: at, to: cuts[index + 1]?.at ?? to })),
  ];
  const sorted = { ...evidence, lines: [...evidence.lines].sort((a, b) => a.t - b.t) };
  return {
    version: 1,
    marks,
    unreadable: evidence.unreadable,
    writes: writeFigures(sorted.lines, final),
    finalRead: final !== undefined,
    whole: windowOf(sorted, { label: 'whole', from, to }),
    windows: cuts.length === 0 ? [] : spans.map((span) => windowOf(sorted, span)),
  };
}

function windowOf(evidence: Evidence, span: Span & { readonly label: string }): Window {
  const faulted = underFault(evidence.marks, span.from, span.to);
  const nodes = evidence.nodes.map((name) => nodeWindow(evidence, name, span, faulted));
  return {
    ...span,
    others: worst(nodes.filter((node) => !node.underFault)),
    nodes,
    masters: mastersIn(evidence, span, faulted),
  };
}

function nodeWindow(
  { lines, nodes }: Evidence,
  name: string,
  span: Span,
  faulted: ReadonlySet<string>,
): NodeWindow {
  const own = grouped(
    lines.filter(({ node }) => node === name),
    ({ series }) => series,
  );
  const of = (series: Line['series']): readonly Line[] => own.get(series) ?? [];
  const requests = (series: Line['series']) => requestFigures(of(series), span);
  const [read, kept, write] = requestSeries.map(requests) as [RequestFigures, RequestFigures, RequestFigures];
  const towards = (wanted: boolean): Pick<Seen, 'pods' | 'streams'> => {
    const targets = nodes.filter((node) => node !== name && faulted.has(node) === wanted);
    const lineTo = (series: Line['series'], target: string) => of(series).filter(({ to }) => to === target);
    return {
      pods: worstOf(targets.map((target) => requestFigures(lineTo('pod', target), span))),
      streams: allStreams(targets.map((target) => streamFigures(lineTo('stream', target), span))),
    };
  };
  return {
    name,
    underFault: faulted.has(name),
    read,
    kept,
    write,
    watch: watchFigures(of('watch'), span),
    service: requests('service'),
    ...towards(false),
    towardsFault: towards(true),
  };
}

function worst(nodes: readonly Seen[]): Seen {
  const requests = (series: 'read' | 'kept' | 'write' | 'pods' | 'service') =>
    worstOf(nodes.map((node) => node[series]));
  const watches = nodes.map(({ watch }) => watch);
  const most = (key: 'longestSilence' | 'latest' | 'longestResume') =>
    Math.max(0, ...watches.map((watch) => watch[key]));
  const sum = (key: 'events' | 'broken') => watches.reduce((total, watch) => total + watch[key], 0);
  return {
    read: requests('read'),
    kept: requests('kept'),
    write: requests('write'),
    watch: {
      events: sum('events'),
      longestSilence: most('longestSilence'),
      latest: most('latest'),
      broken: sum('broken'),
      failures: watches.reduce<Record<string, number>>((total, { failures }) => {
        for (const [name, count] of Object.entries(failures)) total[name] = (total[name] ?? 0) + count;
        return total;
      }, {}),
      longestResume: most('longestResume'),
    },
    pods: requests('pods'),
    service: requests('service'),
    streams: allStreams(nodes.map(({ streams }) => streams)),
  };
}

/** Attempts on new connections alone: a kept one stays where it is. */
function mastersIn(
  { lines, masters, marks }: Evidence,
  span: Span,
  faulted: ReadonlySet<string>,
): readonly MasterWindow[] {
  const attempts = within(lines, span).filter(
    ({ node, series, master }) =>
      (series === 'read' || series === 'write') && master !== undefined && !faulted.has(node),
  );
  const named = grouped(attempts, ({ master = '' }) => masters[master] ?? `certificate ${master}`);
  return [...new Set([...Object.values(masters), ...named.keys()])].sort().map((name) => {
    const its = named.get(name) ?? [];
    const since = Math.max(span.from, faultOf(marks, name, span.to));
    const last = its.findLast(({ t }) => t >= since);
    return {
      name,
      underFault: faulted.has(name),
      reached: its.length,
      answered: its.filter(({ outcome }) => outcome === 'ok').length,
      lastReached: last === undefined || !faulted.has(name) ? null : last.t - since,
    };
  });
}

/** When a node came under fault last, before a time. */
function faultOf(marks: readonly Mark[], node: string, before: number): number {
  const faults = marks.filter(
    ({ kind, nodes, at }) => kind === 'fault' && nodes.includes(node) && at < before,
  );
  return Math.max(0, ...faults.map(({ at }) => at));
}
