import type { RequestFigures } from './figures.ts';
import type { NodeWindow, ProbeReport, Seen, Window } from './report.ts';

/** The report for people: what a user would have noticed, in sentences, and a table with a line for each node. */
export function inWords(report: ProbeReport): string {
  const { whole, windows, writes } = report;
  return [
    `${new Date(whole.from).toISOString().slice(0, 10)}, from ${clock(whole.from)} to ${clock(whole.to)} UTC, ${seconds(whole.to - whole.from)}:`,
    ...sentences(whole, false),
    ...[
      told(writes.lost.length, 'acknowledged write was lost', 'acknowledged writes were lost'),
      told(writes.reordered.length, 'number went back', 'numbers went back'),
      told(
        writes.untold,
        'acknowledged write was kept from a watch',
        'acknowledged writes were kept from a watch',
      ),
    ].map((sentence) => `${sentence}, of ${writes.acknowledged} acknowledged writes.`),
    ...(report.finalRead ? [] : ['No master could be asked for the numbers that stand there at last.']),
    ...(report.unreadable === 0 ? [] : [`${report.unreadable} lines of logs could not be read.`]),
    '',
    ...table(whole),
    ...windows.flatMap((window) => [
      '',
      `${clock(window.from)} ${window.label}, ${seconds(window.to - window.from)}:`,
      ...sentences(window, true),
    ]),
    '',
  ].join('\n');
}

/** `cut`: from one mark to the next, so that nodes are under fault all the time or not at all. */
function sentences({ from, others, masters, nodes }: Window, cut: boolean): readonly string[] {
  const away = nodes.filter(({ underFault }) => underFault).map(({ name }) => name);
  return [
    ...(away.length === 0
      ? []
      : [
          cut
            ? `Under fault: ${away.join(', ')}. All others saw:`
            : `Under fault at times: ${away.join(', ')}. What nodes saw while they were not:`,
        ]),
    requests('Reads', others.read),
    requests('Reads on a kept connection', others.kept),
    requests('Writes', others.write),
    watch(others),
    requests('Pod to pod', others.pods),
    requests('The Service', others.service),
    others.streams.dropped === 0
      ? `Long connections between pods: none dropped${others.streams.longestStall > 0 ? `; the longest was silent for ${seconds(others.streams.longestStall)}` : ''}.`
      : `Long connections between pods: ${others.streams.dropped} dropped.`,
    ...masters.map(({ name, faultSince, reached, answered, lastReached }) => {
      const all =
        reached === 0
          ? 'no new connection reached it'
          : `${reached} requests on new connections reached it, ${answered} were answered`;
      if (faultSince === null) return `${name}: ${all}.`;
      return `${name}: ${all}; ${lastReached === null ? 'none while its fault lasted' : `of those while its fault lasted, the last began ${seconds(lastReached)} after ${cut || faultSince > from ? 'the fault’s mark' : 'the beginning of this time'}`}.`;
    }),
  ].map((sentence) => `  ${sentence}`);
}

function requests(
  what: string,
  { requests: all, failed, failedAfterRetry, longestGap, failures }: RequestFigures,
): string {
  if (all === 0) return `${what}: nothing was asked.`;
  const how = Object.entries(failures).map(([name, count]) => `${name} ${count}`);
  const failing =
    failed === 0
      ? `none of ${all} failed`
      : `${failed} of ${all} failed, ${failedAfterRetry === 0 ? 'none' : failedAfterRetry} after one retry as well (${how.join(', ')})`;
  return `${what}: ${failing}; the longest time without an answer was ${seconds(longestGap)}.`;
}

function watch({ watch: { broken, longestSilence, latest } }: Seen): string {
  const breaks = broken === 0 ? 'none broke' : `${broken} broke`;
  return `Watches: ${breaks}; the longest silence was ${seconds(longestSilence)}, the latest news ${seconds(latest)} old.`;
}

/** None, or how many. */
function told(count: number, one: string, several: string): string {
  if (count === 0) return `No ${one}`;
  return `${count} ${count === 1 ? one : several}`;
}

function table({ nodes }: Window): readonly string[] {
  const head = [
    'node',
    'read gap',
    'failed',
    'twice',
    'write gap',
    'failed',
    'twice',
    'kept gap',
    'watch silence',
    'pod gap',
    'dropped',
  ];
  const rows = [head, ...nodes.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function row({
  name,
  underFault,
  read,
  write,
  kept,
  watch: { longestSilence },
  pods,
  streams,
}: NodeWindow): readonly string[] {
  const figures = ({ longestGap, failed, failedAfterRetry }: RequestFigures) => [
    seconds(longestGap),
    String(failed),
    String(failedAfterRetry),
  ];
  return [
    underFault ? `${name} (under fault)` : name,
    ...figures(read),
    ...figures(write),
    seconds(kept.longestGap),
    seconds(longestSilence),
    seconds(pods.longestGap),
    String(streams.dropped),
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Time of day, UTC. */
function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}
