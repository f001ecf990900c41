import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../drive/exit-codes.ts';

describe('exit codes', () => {
  it('are all different, and docs/cli.md tells each in the same words', async () => {
    const all = Object.values(exitCodes);
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const rows = page.replaceAll(/ +/g, ' ');
    for (const { code, meaning } of all) expect(rows).toContain(`| ${code} | ${meaning} |`);
  });
});
