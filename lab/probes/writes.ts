import { endOf, type Line } from './lines.ts';
import { grouped } from './grouped.ts';

/** The numbers that stood in the ConfigMaps at last, and when they were asked for. */
export interface FinalRead {
  readonly at: number;
  readonly numbers: Readonly<Record<string, number>>;
}

/** A number that somebody saw after a greater one was certain. */
export interface WentBack {
  readonly node: string;
  readonly object: string;
  /** The number that was certain: the write was acknowledged, or somebody had seen it. */
  readonly certain: number;
  /** What was seen later; 0 when there was nothing. */
  readonly seen: number;
  readonly by: 'read' | 'kept' | 'watch' | 'final';
  readonly at: number;
}

/** What became of the writes. */
export interface WriteFigures {
  readonly acknowledged: number;
  /** Acknowledged, but somebody who asked later saw less. None, if etcd keeps its word. */
  readonly lost: readonly WentBack[];
  /** Seen, but somebody who asked later saw less, or a watch told of it after a greater one. */
  readonly reordered: readonly WentBack[];
  /** Acknowledged, but no watch told of it, though it told of a greater one and had not begun anew with a list. */
  readonly untold: number;
}

/** Lines have whole milliseconds: what is certain at one is certain to all that begin a millisecond later. */
const resolution = 1;

/**
 * Holds writes against what was seen of them. Each ConfigMap has one writer, whose numbers only grow (program/lanes.go), and reads ask
 * the quorum: so whoever asks after a number was certain must see it, or a greater one.
 */
export function writeFigures(lines: readonly Line[], final: FinalRead | undefined): WriteFigures {
  const lost: WentBack[] = [];
  const reordered: WentBack[] = [];
  let untold = 0;
  const byObject = grouped(
    lines.filter(({ object }) => object !== undefined),
    ({ object }) => object ?? '',
  );
  const lists = lines.filter(({ series, event }) => series === 'watch' && event === 'listed');
  const acknowledged = lines.filter(isAcknowledged);
  for (const [object, its] of byObject) {
    const node = its[0]?.node ?? '';
    const acks = its.filter(isAcknowledged).map((line) => ({ at: endOf(line), number: line.n ?? 0 }));
    const reads = its.filter(
      ({ series, outcome, value }) =>
        (series === 'read' || series === 'kept') && outcome === 'ok' && value !== undefined,
    );
    const told = its.filter(({ series, event }) => series === 'watch' && event === 'number');
    const seen = [...reads, ...told].map((line) => ({
      at: line.series === 'watch' ? line.t : endOf(line),
      number: line.value ?? 0,
    }));
    const [mostAcknowledged, mostSeen] = [mostBefore(acks), mostBefore(seen)];
    const looks = [
      ...reads.map((line) => ({ by: line.series as 'read' | 'kept', at: line.t, seen: line.value ?? 0 })),
      // The first object has no writer.
      ...(final === undefined || acks.length === 0
        ? []
        : [{ by: 'final' as const, at: final.at, seen: final.numbers[object] ?? 0 }]),
    ];
    for (const look of looks) {
      const certain = mostAcknowledged(look.at - resolution);
      if (look.seen < certain) lost.push({ node, object, certain, ...look });
      else if (look.seen < mostSeen(look.at - resolution)) {
        reordered.push({ node, object, certain: mostSeen(look.at - resolution), ...look });
      }
    }
    reordered.push(...wentBack(told, node, object));
    untold += neverTold(
      acks.map(({ number }) => number),
      told,
      lists.filter((line) => line.node === node),
    );
  }
  return { acknowledged: acknowledged.length, lost, reordered, untold };
}

function isAcknowledged({ series, outcome }: Line): boolean {
  return series === 'write' && outcome === 'ok';
}

/** A function that tells the greatest of all numbers up to a time; 0 before the first. */
function mostBefore(
  known: readonly { readonly at: number; readonly number: number }[],
): (time: number) => number {
  const sorted = [...known].sort((a, b) => a.at - b.at);
  const most: number[] = [];
  for (const { number } of sorted) most.push(Math.max(number, most.at(-1) ?? 0));
  return (time) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.at ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return most[low - 1] ?? 0;
  };
}

function wentBack(told: readonly Line[], node: string, object: string): readonly WentBack[] {
  let most = 0;
  return told.flatMap(({ t, value = 0 }) => {
    const certain = most;
    most = Math.max(most, value);
    return value < certain ? [{ node, object, certain, seen: value, by: 'watch' as const, at: t }] : [];
  });
}

/** How many acknowledged numbers a watch passed over in silence. A list may stand for any of them. */
function neverTold(acknowledged: readonly number[], told: readonly Line[], lists: readonly Line[]): number {
  const numbers = new Set(told.map(({ value }) => value ?? 0));
  const first = told[0];
  return acknowledged.filter((number) => {
    if (first === undefined || numbers.has(number)) return false;
    const after = told.findIndex(({ value = 0 }) => value > number);
    if (after < 0) return false;
    const [next, previous] = [told[after], told[after - 1]];
    return !lists.some(({ t }) => t <= (next?.t ?? 0) && t >= (previous?.t ?? 0));
  }).length;
}
