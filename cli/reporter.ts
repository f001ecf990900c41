import type { Reporter } from '../drive/reporter.ts';
import { plainReporter } from './plain-reporter.ts';

/** Live on a terminal, plain lines elsewhere. */
export async function reporterFor(stream: { readonly isTTY?: boolean } = process.stdout): Promise<Reporter> {
  if (!stream.isTTY || process.env['TERM'] === 'dumb') return plainReporter();
  // Loaded when there is a terminal: it brings listr2 with it.
  const { terminalReporter } = await import('./terminal-reporter.ts');
  return terminalReporter();
}
