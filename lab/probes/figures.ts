import { endOf, type Line } from './lines.ts';

/** From when to when, in milliseconds since 1970; what begins at `to` is no longer in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How the requests of one series went. Times are in milliseconds. */
export interface RequestFigures {
  readonly requests: number;
  /** Whose first attempt failed. */
  readonly failed: number;
  /** Whose one retry failed, too: what a user sees who tries twice. */
  readonly failedAfterRetry: number;
  /** The longest time without a success: from one success's end to the next one's, or to the edge of the span. */
  readonly longestGap: number;
  /** The same from start to start of attempts that succeeded. */
  readonly longestGapOfStarts: number;
  /** The longest time in which no attempt began: the probe's own fault, and a limit of what the gaps say. */
  readonly longestPause: number;
  /** The longest that an attempt took which succeeded. */
  readonly slowest: number;
  /** The longest that an attempt took, however it ended, of those that began half a second or more after the span did: whatever made it begin has come about by then. */
  readonly longestWait: number;
  /** How attempts failed: how many of each class, such as `timeout`, `refused`, `http-503`. */
  readonly failures: Readonly<Record<string, number>>;
}

/** From a fault's mark until it is in force on all hosts, in milliseconds: many times what the commands take that bring it about. */
const COMES_ABOUT = 500;

/**
 * The figures of attempts that ended in the span, since that is when somebody notices: one that was under way when a master died
 * failed because of that. For one series of one node, or one pair of pods.
 */
export function requestFigures(lines: readonly Line[], span: Span): RequestFigures {
  const attempts = lines.filter((line) => endOf(line) >= span.from && endOf(line) < span.to);
  const good = attempts.filter(({ outcome }) => outcome === 'ok');
  const bad = attempts.filter(({ outcome }) => outcome !== 'ok');
  return {
    requests: attempts.filter(({ attempt }) => attempt === 1).length,
    failed: bad.filter(({ attempt }) => attempt === 1).length,
    failedAfterRetry: bad.filter(({ attempt }) => attempt === 2).length,
    longestGap: longestGap(good.map(endOf), span),
    longestGapOfStarts: longestGap(lines.filter(({ outcome }) => outcome === 'ok').map(startOf), span),
    longestPause: longestGap(lines.map(startOf), span),
    slowest: greatest(good.map(({ ms }) => ms)),
    longestWait: greatest(within(lines, { from: span.from + COMES_ABOUT, to: span.to }).map(({ ms }) => ms)),
    failures: counted(bad.map(({ outcome }) => outcome ?? 'other')),
  };
}

/** Of several nodes or pairs: counts are added up, and of times the greatest counts. */
export function worstOf(all: readonly RequestFigures[]): RequestFigures {
  const sum = (key: 'requests' | 'failed' | 'failedAfterRetry') =>
    all.reduce((total, figures) => total + figures[key], 0);
  const most = (key: 'longestGap' | 'longestGapOfStarts' | 'longestPause' | 'slowest' | 'longestWait') =>
    greatest(all.map((figures) => figures[key]));
  return {
    requests: sum('requests'),
    failed: sum('failed'),
    failedAfterRetry: sum('failedAfterRetry'),
    longestGap: most('longestGap'),
    longestGapOfStarts: most('longestGapOfStarts'),
    longestPause: most('longestPause'),
    slowest: most('slowest'),
    longestWait: most('longestWait'),
    failures: added(all.map(({ failures }) => failures)),
  };
}

/** How a watch went. Times are in milliseconds. */
export interface WatchFigures {
  /** Numbers that it was told of. */
  readonly events: number;
  /** The longest time without one: from one to the next, or to the edge of the span. */
  readonly longestSilence: number;
  /** The latest news: the longest from the beginning of a write to its event. */
  readonly latest: number;
  /** How often the stream ended in no good order, and how. */
  readonly broken: number;
  readonly failures: Readonly<Record<string, number>>;
  /** The longest from a stream's last number to the first of the stream after it. */
  readonly longestResume: number;
}

export function watchFigures(lines: readonly Line[], span: Span): WatchFigures {
  const here = within(lines, span);
  const numbers = here.filter(({ event }) => event === 'number');
  const broken = here.filter(({ event, outcome }) => event === 'ended' && outcome !== 'ok');
  return {
    events: numbers.length,
    longestSilence: longestGap(numbers.map(startOf), span),
    latest: greatest(numbers.map(({ ms }) => ms)),
    broken: broken.length,
    failures: counted(broken.map(({ outcome }) => outcome ?? 'other')),
    longestResume: greatest(resumes(lines, span)),
  };
}

/** Of all streams whose first number came in the span: the time since the last number of the stream before. */
function resumes(lines: readonly Line[], span: Span): readonly number[] {
  const found: number[] = [];
  let last: number | undefined;
  let between = false;
  for (const { t, event } of lines) {
    if (event === 'ended') between = true;
    if (event !== 'number') continue;
    if (between && last !== undefined && t >= span.from && t < span.to) found.push(t - last);
    [last, between] = [t, false];
  }
  return found;
}

/** How long connections to other nodes' pods went. Times are in milliseconds. */
export interface StreamFigures {
  readonly opened: number;
  /** How many ended that nobody had wanted to end. */
  readonly dropped: number;
  /** The longest that an echo took, of those that took more than a second; one that never came counts to the span's end. */
  readonly longestStall: number;
}

/** The figures of one pair of pods. */
export function streamFigures(lines: readonly Line[], span: Span): StreamFigures {
  const here = within(lines, span);
  const of = (event: string) => here.filter((line) => line.event === event);
  const stalls = of('stalling').map(({ t }) => {
    const over = lines.find(
      (line) => line.t >= t && line.event !== 'stalling' && (line.event !== 'stalled' || line.t === t),
    );
    const end = over === undefined ? span.to : over.event === 'stalled' ? endOf(over) : over.t;
    return Math.min(end, span.to) - t;
  });
  return { opened: of('open').length, dropped: of('dropped').length, longestStall: greatest(stalls) };
}

export function allStreams(all: readonly StreamFigures[]): StreamFigures {
  return {
    opened: all.reduce((total, { opened }) => total + opened, 0),
    dropped: all.reduce((total, { dropped }) => total + dropped, 0),
    longestStall: greatest(all.map(({ longestStall }) => longestStall)),
  };
}

export function within(lines: readonly Line[], { from, to }: Span): readonly Line[] {
  return lines.filter(({ t }) => t >= from && t < to);
}

/** The longest time between two of these times that lie in the span, or between one and its edge. */
export function longestGap(times: readonly number[], { from, to }: Span): number {
  const points = [from, ...times.filter((time) => time > from && time < to).sort((a, b) => a - b), to];
  return greatest(points.slice(1).map((time, index) => time - (points[index] ?? time)));
}

/** Of no numbers, 0. Any number of them: more than a call may have arguments. */
export function greatest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function startOf({ t }: Line): number {
  return t;
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  return added(names.map((name) => ({ [name]: 1 })));
}

function added(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
