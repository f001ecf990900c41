import type { Rehearsal } from './rehearse.ts';

/** A run of the suite, as it stands in JSON: what docs/ha.md is made from. */
export interface HaRun {
  readonly seed: string;
  /** Processor and versions. */
  readonly machine: string;
  readonly clusters: readonly { readonly level: 3 | 4; readonly rehearsals: readonly Rehearsal[] }[];
}

/** The page with a run's figures, as Markdown. Times in it are medians and the worst of the runs of each drill. */
export function page({ seed, machine, clusters }: HaRun): string {
  return [
    '# High availability, as measured',
    '',
    '<!-- Made by `make ha`. -->',
    '',
    `Made by \`make ha\` with the seed \`${seed}\`: ${machine}. Every fault came at a random moment and lasted half a minute, while probes asked from`,
    'every node through its own load balancer, ten times a second ([lab.md](lab.md), "Probes"). What nodes under fault saw themselves does not count.',
    '',
    ...clusters.flatMap(({ level, rehearsals }) => [`## Level ${level}`, '', ...table(rehearsals), '']),
    ...missed(clusters.flatMap(({ rehearsals }) => rehearsals)),
  ].join('\n');
}

function table(rehearsals: readonly Rehearsal[]): readonly string[] {
  const names = [...new Set(rehearsals.map(({ drill }) => drill))];
  const head = [
    'fault',
    'runs',
    'longest gap of reads',
    'of writes',
    'failed after one retry',
    'longest silence of a watch',
    'acknowledged writes lost',
    'bar met',
  ];
  return [
    row(head),
    row(head.map(() => '---')),
    ...names.map((name) => {
      const runs = rehearsals.filter(({ drill }) => drill === name);
      const others = runs.map(({ report }) => report.whole.others);
      return row([
        name,
        String(runs.length),
        spread(others.map(({ read }) => read.longestGap)),
        spread(others.map(({ write }) => write.longestGap)),
        String(sum(others.map(({ read, write }) => read.failedAfterRetry + write.failedAfterRetry))),
        spread(others.map(({ watch }) => watch.longestSilence)),
        String(sum(runs.map(({ report }) => report.writes.lost.length))),
        `${runs.filter(({ shortfalls }) => shortfalls.length === 0).length} of ${runs.length}`,
      ]);
    }),
  ];
}

/** What was not met, run by run. */
function missed(rehearsals: readonly Rehearsal[]): readonly string[] {
  const short = rehearsals.filter(({ shortfalls }) => shortfalls.length > 0);
  if (short.length === 0) return [];
  return [
    '## Not met',
    '',
    ...short.map(
      ({ drill, nodes, shortfalls }) => `- ${drill} (${nodes.join(', ')}): ${shortfalls.join('; ')}`,
    ),
    '',
  ];
}

/** Median and worst, of milliseconds, in seconds. */
function spread(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const seconds = (value: number) => `${(value / 1000).toFixed(2)} s`;
  return `${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)}, worst ${seconds(sorted.at(-1) ?? 0)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
