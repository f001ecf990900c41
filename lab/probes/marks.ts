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

/** The nodes that were under fault at any time from `from` to `to`. */
export function underFault(marks: readonly Mark[], from: number, to: number): ReadonlySet<string> {
  const now = new Set<string>();
  const ever = new Set<string>();
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    if (mark.at >= to) break;
    if (mark.at > from) now.forEach((node) => ever.add(node));
    for (const node of mark.nodes) {
      if (mark.kind === 'fault') now.add(node);
      if (mark.kind === 'recovered') now.delete(node);
    }
  }
  now.forEach((node) => ever.add(node));
  return ever;
}
