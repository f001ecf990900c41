import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Whether to use colours on a stream: a terminal, and nobody asked not to (https://no-color.org). */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Text in a style on stdout, if it takes colours. */
export function style(
  format: Format,
  text: string,
  stream: { readonly isTTY?: boolean } = process.stdout,
): string {
  return wantsColor(stream) ? styleText(format, text, { validateStream: false }) : text;
}
