import type { PhaseTime, Reporter } from '../drive/reporter.ts';
import { duration } from './duration.ts';
import { style } from './style.ts';
import { table } from './table.ts';

/** The time of every phase, and what to do next. */
export function printTimes(reporter: Reporter, times: readonly PhaseTime[], next: readonly string[]): void {
  if (times.length === 0) return;
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = [...times, { title: 'together', milliseconds: total }].map(({ title, milliseconds }) => [
    title,
    duration(milliseconds),
  ]);
  reporter.print(
    ['', table(['phase', 'time'], rows), '', ...next.map((line) => style('bold', line))].join('\n'),
  );
}
