import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseLines } from '../../../lab/probes/lines.ts';
import { endOfLog } from '../../../lab/probes/log-end.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const LINES = 10_000;
const log = join(folder, 'log.jsonl');
// One a millisecond, some 700 KB.
const text = Array.from(
  { length: LINES },
  (_, t) => `${JSON.stringify({ t, node: 'master-1', series: 'read', ms: 2, outcome: 'ok' })}\n`,
).join('');
writeFileSync(log, text);

it.each([LINES - 1, 5000, 1])('has every line that began at %i ms or later', async (time) => {
  const { lines, unreadable } = parseLines(await endOfLog(log, time));
  expect(lines.filter(({ t }) => t >= time)).toHaveLength(LINES - time);
  expect(unreadable).toBe(0);
});

it('reads little of a long log', async () => {
  expect((await endOfLog(log, LINES - 100)).length).toBeLessThan(text.length / 5);
});

it('reads all where no line began before', async () => {
  expect(await endOfLog(log, 0)).toBe(text);
});

it('passes over a line that a cut of power left unfinished', async () => {
  const cut = join(folder, 'cut.jsonl');
  writeFileSync(cut, `${text}{"t":20`);
  const { lines, unreadable } = parseLines(await endOfLog(cut, LINES - 100));
  expect([lines.at(-1)?.t, unreadable]).toEqual([LINES - 1, 1]);
});
