/** A line of the program's log; what each field holds stands in program/log.go. */
export interface Line {
  /** When it began: milliseconds since 1970, by the clock that all hosts of a lab share with this machine. */
  readonly t: number;
  readonly node: string;
  readonly series: Series;
  readonly n?: number;
  readonly attempt?: number;
  readonly ms: number;
  readonly outcome?: string;
  readonly port?: number;
  readonly master?: string;
  readonly object?: string;
  readonly value?: number;
  readonly to?: string;
  readonly event?: string;
}

/** Longer than any request takes, in milliseconds: they are given up after 10 s, and have their lines when they end. */
export const LONGEST = 11_000;

export type Series = 'probe' | 'read' | 'kept' | 'write' | 'watch' | 'pod' | 'service' | 'stream';

/**
 * The lines of a log that began at `since` or later. A line that a cut of power left unfinished is no line, and is counted.
 */
export function parseLines(
  text: string,
  since = 0,
): { readonly lines: readonly Line[]; readonly unreadable: number } {
  const lines: Line[] = [];
  let unreadable = 0;
  for (const one of text.split('\n')) {
    if (one === '') continue;
    const line = parseLine(one);
    if (line === undefined) unreadable++;
    else if (line.t >= since) lines.push(line);
  }
  return { lines, unreadable };
}

function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** When it was over. */
export function endOf(line: Line): number {
  return line.t + line.ms;
}
