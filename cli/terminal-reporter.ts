import { Listr } from 'listr2';
import type { Phase, Reporter } from '../drive/reporter.ts';
import { duration } from './duration.ts';
import { style } from './style.ts';

interface NodeRow {
  text: string;
  state: 'running' | 'done' | 'failed';
}

/** Redraws are bundled: with hundreds of nodes events come faster than a terminal can show them. */
const REDRAW_MS = 80;

/**
 * A phase under way shows a line for each node; an ended one is a single line with its time.
 *
 * listr2 draws in its own time, so what is shown forms a queue: a phase begins on the screen when the one before has been
 * drawn to its end.
 */
export function terminalReporter(): Reporter {
  let queue: Promise<unknown> = Promise.resolve();
  let notices: string[] = [];
  let drawCurrent: (() => void) | undefined;
  const write = (text: string) => {
    queue = queue.then(() => process.stdout.write(`${text}\n`));
  };
  return {
    print: write,
    flush: async () => {
      await queue;
    },
    notice: (text) => {
      if (drawCurrent === undefined) return write(text);
      notices.push(text);
      drawCurrent();
    },
    begin: (title): Phase => {
      const began = performance.now();
      const rows = new Map<string, NodeRow>();
      let step = '';
      let timer: NodeJS.Timeout | undefined;
      let show: ((text: string) => void) | undefined;
      let endedAs = title;
      let settle: (failed: boolean) => void = () => undefined;
      const ended = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      const draw = () => {
        timer = undefined;
        show?.([...notices, ...(step ? [step] : []), ...visible(rows)].join('\n'));
      };
      const redraw = () => {
        timer ??= setTimeout(draw, REDRAW_MS);
      };
      const list = new Listr(
        [
          {
            title,
            task: async (_context, task) => {
              show = (text) => {
                task.output = text;
              };
              draw();
              const failed = await ended;
              show = undefined;
              task.title = endedAs;
              if (failed) throw new Error(endedAs);
            },
            rendererOptions: { outputBar: 1, persistentOutput: false },
          },
        ],
        {
          registerSignalListeners: false,
          exitOnError: false,
          rendererOptions: { showErrorMessage: false },
        },
      );
      queue = queue.then(() => list.run());
      drawCurrent = draw;
      return {
        node: (name, text, state) => {
          rows.set(name, { text, state });
          redraw();
        },
        step: (text) => {
          step = text;
          redraw();
        },
        line: () => undefined,
        end: (outcome, summary) => {
          clearTimeout(timer);
          const time = style('dim', duration(performance.now() - began));
          endedAs = `${title}  ${time}${summary ? `  ${style('dim', summary)}` : ''}`;
          settle(outcome !== 'done');
          drawCurrent = undefined;
          for (const text of notices) write(text);
          notices = [];
        },
      };
    },
  };
}

/** The rows that fit: what failed first, then what is under way, then what is done. */
function visible(rows: ReadonlyMap<string, NodeRow>): string[] {
  const width = Math.max(0, ...[...rows.keys()].map((name) => name.length));
  const room = Math.max(3, (process.stdout.rows || 24) - 8);
  const order = { failed: 0, running: 1, done: 2 };
  const sorted = [...rows].sort(
    ([one, first], [other, second]) =>
      order[first.state] - order[second.state] || one.localeCompare(other, 'en', { numeric: true }),
  );
  const shown = sorted
    .slice(0, room)
    .map(([name, row]) => `${name.padEnd(width)}  ${row.text.split('\n')[0] ?? ''}`);
  return sorted.length > room ? [...shown, `and ${sorted.length - room} more`] : shown;
}
