import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../../lab/builds/lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubehaus-lock-'));
});

afterEach(() => rm(folder, { recursive: true }));

const silent = (): void => undefined;

test('one holds the lock at a time, and the next one gets it when that one fails', async () => {
  const file = join(folder, 'lock');
  const seen: string[] = [];
  let letGo: (reason: Error) => void = silent;
  const first = withLock(file, silent, () => {
    seen.push('first');
    return new Promise<void>((_resolve, reject) => {
      letGo = reject;
    });
  });
  await expect.poll(() => seen).toEqual(['first']);

  const second = withLock(
    file,
    () => {
      seen.push('second waits');
      letGo(new Error('first failed'));
    },
    async () => {
      seen.push('second');
    },
  );
  await expect(first).rejects.toThrow('first failed');
  await second;
  expect(seen).toEqual(['first', 'second waits', 'second']);
});

test('a holder that is killed leaves the lock free', async () => {
  const file = join(folder, 'lock');
  const lock = join(import.meta.dirname, '../../../lab/builds/lock.ts');
  const code = `import { withLock } from ${JSON.stringify(lock)};
    await withLock(${JSON.stringify(file)}, () => {}, async () => { console.log('held'); await new Promise((r) => setTimeout(r, 60_000)); });`;
  const holder = execa('node', ['--import', 'tsx', '--input-type=module', '--eval', code], { reject: false });
  await new Promise((resolve) => holder.stdout.once('data', resolve));

  holder.kill('SIGKILL');
  expect(await withLock(file, silent, async () => 'free')).toBe('free');
});
