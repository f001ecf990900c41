import type { Reporter } from '../drive/reporter.ts';
import { plainReporter } from './plain-reporter.ts';
import { terminalReporter } from './terminal-reporter.ts';

/** Live on a terminal, plain lines elsewhere. */
export function reporterFor(stream: { readonly isTTY?: boolean } = process.stdout): Reporter {
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? terminalReporter() : plainReporter();
}
