import type { Line } from '../../../lab/probes/lines.ts';
import type { Evidence } from '../../../lab/probes/report.ts';

/** When made-up evidence begins, in milliseconds since 1970; and how long it is. */
export const BEGIN = 1_700_000_000_000;
export const LENGTH = 20_000;

const NODES = ['master-1', 'master-2', 'master-3', 'worker-1'];
const SERIALS = ['a1', 'a2', 'a3'];

/** A cluster in which nothing goes wrong: each node asks ten times a second, and every master answers in its turn. */
export function quiet(): Evidence {
  const lines = NODES.flatMap((node) =>
    Array.from({ length: LENGTH / 100 }, (_, index) => tick(node, index)).flat(),
  );
  return {
    from: BEGIN,
    to: BEGIN + LENGTH,
    lines,
    unreadable: 0,
    nodes: NODES,
    masters: { a1: 'master-1', a2: 'master-2', a3: 'master-3' },
    marks: [],
    final: {
      at: BEGIN + LENGTH,
      numbers: Object.fromEntries(NODES.map((node) => [objectOf(node), LENGTH / 100])),
    },
  };
}

export function objectOf(node: string): string {
  return `${node}-run-0`;
}

function tick(node: string, index: number): readonly Line[] {
  const t = BEGIN + index * 100;
  const [n, master, object] = [index + 1, SERIALS[index % 3] ?? '', objectOf(node)];
  const attempt = { t, node, n, attempt: 1, ms: 20, outcome: 'ok' } as const;
  return [
    { ...attempt, series: 'read', master, object, value: n - 1 },
    { ...attempt, series: 'kept', master: 'a1', object, value: n - 1 },
    { ...attempt, series: 'write', master, object, value: n },
    { t: t + 25, node, series: 'watch', event: 'number', ms: 25, master: 'a1', object, value: n },
    { ...attempt, series: 'service', to: 'worker-1' },
    ...NODES.filter((other) => other !== node).map(
      (to) => ({ ...attempt, series: 'pod', to }) satisfies Line,
    ),
  ];
}

/** The same evidence with each line replaced by those that `change` makes of it. */
export function changed(evidence: Evidence, change: (line: Line) => readonly Line[]): Evidence {
  return { ...evidence, lines: evidence.lines.flatMap(change) };
}

/** Seconds after {@link BEGIN}. */
export function at(seconds: number): number {
  return BEGIN + seconds * 1000;
}
