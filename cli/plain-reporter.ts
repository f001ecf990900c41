import type { Phase, Reporter } from '../drive/reporter.ts';
import { duration } from './duration.ts';

/** One line for each thing that is final, for logs and pipes. */
export function plainReporter(
  write: (text: string) => void = (text) => process.stdout.write(text),
): Reporter {
  const line = (text: string) => write(`${text}\n`);
  return {
    print: line,
    notice: line,
    flush: () => Promise.resolve(),
    begin: (title): Phase => {
      const began = performance.now();
      line(`[${title}] begins`);
      return {
        node: (name, text, state) => {
          if (state !== 'running') line(`[${title}] ${name}: ${text}`);
        },
        step: () => undefined,
        line: (text) => line(`[${title}] ${text}`),
        end: (outcome, summary) =>
          line(
            `[${title}] ${outcome} in ${duration(performance.now() - began)}${summary ? `: ${summary}` : ''}`,
          ),
      };
    },
  };
}
