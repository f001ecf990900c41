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
import { endOf, type Line } from './lines.ts';
import { spansOfFault, spansUnderFault, spansWithoutFault, type Mark } from './marks.ts';
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
  readonly version: 2;
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
  /** What nodes saw while they were not under fault, of each other: what the cluster owes its users. */
  readonly others: Seen;
  readonly nodes: readonly NodeWindow[];
  readonly masters: readonly MasterWindow[];
}

/** How it was for one node all the time, that under fault included. */
export interface NodeWindow extends Seen {
  readonly name: string;
  /** Whether it was under fault at any time of the window. */
  readonly underFault: boolean;
  /** The same for pods of nodes that were; none without such nodes. */
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

/** What reached a master from nodes while they were not under fault. */
export interface MasterWindow {
  readonly name: string;
  /** Whether it was under fault at any time of the window. */
  readonly underFault: boolean;
  /**
   * When its fault came in force or, if that is later, the window began; of several faults, one after the other, the last. Null where none
   * was, as when it heals.
   */
  readonly faultSince: number | null;
  /** Attempts on new connections that got to it, and those of them that it answered well. */
  readonly reached: number;
  readonly answered: number;
  /** When the last attempt began that got to it while that fault was in force, counted from `faultSince`. Null when none did. */
  readonly lastReached: number | null;
}

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
    version: 2,
    marks,
    unreadable: evidence.unreadable,
    writes: writeFigures(sorted.lines, final),
    finalRead: final !== undefined,
    whole: windowOf(sorted, { label: 'whole', from, to }),
    windows: cuts.length === 0 ? [] : spans.map((span) => windowOf(sorted, span)),
  };
}

function windowOf(evidence: Evidence, span: Span & { readonly label: string }): Window {
  const faulted = new Set(
    evidence.nodes.filter((name) => spansUnderFault(evidence.marks, name, span).length > 0),
  );
  const own = grouped(evidence.lines, ({ node }) => node);
  const nodes = evidence.nodes.map((name) => {
    const lines = own.get(name) ?? [];
    const towards = (wanted: boolean) =>
      evidence.nodes
        .filter((node) => node !== name && faulted.has(node) === wanted)
        .map((target): Towards => ({ target, spans: [span] }));
    return {
      name,
      underFault: faulted.has(name),
      ...seen(lines, span, towards(false)),
      towardsFault: seenOfPods(lines, towards(true)),
    };
  });
  return { ...span, others: othersIn(evidence, own, span), nodes, masters: mastersIn(evidence, span) };
}

/** A node whose pods are asked, and when: it may be under fault for some of the time. */
interface Towards {
  readonly target: string;
  readonly spans: readonly Span[];
}

function othersIn({ nodes, marks }: Evidence, own: ReadonlyMap<string, readonly Line[]>, span: Span): Seen {
  return worst(
    nodes.flatMap((name) =>
      spansWithoutFault(marks, name, span).map((free) => {
        // What was under way when its fault began, or when that was over, is of its fault.
        const lines = (own.get(name) ?? []).filter(
          (line) =>
            (free.from === span.from || line.t >= free.from) &&
            (free.to === span.to || endOf(line) < free.to),
        );
        const targets = nodes.filter((node) => node !== name);
        const towards = targets.map((target) => ({ target, spans: spansWithoutFault(marks, target, free) }));
        return seen(lines, free, towards);
      }),
    ),
  );
}

/** What one node saw in a span, by its own lines. */
function seen(lines: readonly Line[], span: Span, towards: readonly Towards[]): Seen {
  const series = grouped(lines, (line) => line.series);
  const of = (name: Line['series']): readonly Line[] => series.get(name) ?? [];
  const requests = (name: Line['series']) => requestFigures(of(name), span);
  return {
    read: requests('read'),
    kept: requests('kept'),
    write: requests('write'),
    watch: watchFigures(of('watch'), span),
    service: requests('service'),
    ...seenOfPods(lines, towards),
  };
}

function seenOfPods(lines: readonly Line[], towards: readonly Towards[]): Pick<Seen, 'pods' | 'streams'> {
  const each = <Figures>(series: Line['series'], figures: (lines: readonly Line[], span: Span) => Figures) =>
    towards.flatMap(({ target, spans }) => {
      const its = lines.filter((line) => line.series === series && line.to === target);
      return spans.map((span) => figures(its, span));
    });
  return {
    pods: worstOf(each('pod', requestFigures)),
    streams: allStreams(each('stream', streamFigures)),
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
function mastersIn({ lines, nodes, masters, marks }: Evidence, span: Span): readonly MasterWindow[] {
  const under = new Map(nodes.map((name) => [name, spansUnderFault(marks, name, span)]));
  const attempts = within(lines, span).filter(
    ({ t, node, series, master }) =>
      (series === 'read' || series === 'write') &&
      master !== undefined &&
      !under.get(node)?.some(({ from, to }) => t >= from && t < to),
  );
  const named = grouped(attempts, ({ master = '' }) => masters[master] ?? `certificate ${master}`);
  return [...new Set([...Object.values(masters), ...named.keys()])].sort().map((name) => {
    const its = named.get(name) ?? [];
    const fault = spansOfFault(marks, name, span).at(-1);
    const last = fault && within(its, fault).at(-1);
    return {
      name,
      underFault: spansUnderFault(marks, name, span).length > 0,
      faultSince: fault?.from ?? null,
      reached: its.length,
      answered: its.filter(({ outcome }) => outcome === 'ok').length,
      lastReached: fault && last ? last.t - fault.from : null,
    };
  });
}
