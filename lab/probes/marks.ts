import type { Span } from './figures.ts';

/** What was done to the cluster while it was probed, for the report to tell apart. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly at: number;
  /**
   * fault: from now on these nodes are under fault, and what they notice themselves is told apart;
   * healed: its cause is gone, but the nodes may still be on their way back;
   * recovered: the nodes count as all others again.
   */
  readonly kind: MarkKind;
  /** For people: "demo-master-1 is cut off". */
  readonly label: string;
  readonly nodes: readonly string[];
}

export const markKinds = ['fault', 'healed', 'recovered'] as const;
export type MarkKind = (typeof markKinds)[number];

/** What ends a node's time under fault, and what already ends the fault itself. */
const recovery: readonly MarkKind[] = ['recovered'];
const healing: readonly MarkKind[] = ['recovered', 'healed'];

/** The spans of a time in which a node was under fault, on its way back included. */
export function spansUnderFault(marks: readonly Mark[], node: string, span: Span): readonly Span[] {
  return spansUntil(recovery, marks, node, span);
}

/** The spans of a time in which a node's fault was in force: until it was healed. */
export function spansOfFault(marks: readonly Mark[], node: string, span: Span): readonly Span[] {
  return spansUntil(healing, marks, node, span);
}

/** The spans of a time in which a node was not under fault: what is left of it. */
export function spansWithoutFault(marks: readonly Mark[], node: string, span: Span): readonly Span[] {
  let from = span.from;
  const free: Span[] = [];
  for (const fault of spansUnderFault(marks, node, span)) {
    if (fault.from > from) free.push({ from, to: fault.from });
    from = fault.to;
  }
  return from < span.to ? [...free, { from, to: span.to }] : free;
}

function spansUntil(
  ends: readonly MarkKind[],
  marks: readonly Mark[],
  node: string,
  { from, to }: Span,
): readonly Span[] {
  const spans: Span[] = [];
  let since: number | undefined;
  const upTo = (end: number) => {
    if (since !== undefined && end > since && end > from && since < to)
      spans.push({ from: Math.max(since, from), to: Math.min(end, to) });
  };
  for (const { at, kind, nodes } of [...marks].sort((a, b) => a.at - b.at)) {
    if (!nodes.includes(node)) continue;
    if (kind === 'fault') since ??= at;
    else if (ends.includes(kind)) {
      upTo(at);
      since = undefined;
    }
  }
  upTo(to);
  return spans;
}
