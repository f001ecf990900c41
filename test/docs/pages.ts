import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../render/scenarios.ts';

/** A page of docs/, for example `levels.md`. */
export async function pageNamed(name: string): Promise<string> {
  return readFile(join(ROOT, 'docs', name), 'utf8');
}

/** Names of all pages. */
export async function pageNames(): Promise<string[]> {
  return (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'));
}

/** Code blocks of a page in a language: `sh` is what tests run, `text` is what it prints. */
export function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );
}
