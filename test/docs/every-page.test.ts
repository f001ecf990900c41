import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../render/scenarios.ts';
import { blocks, pageNamed, pageNames } from './pages.ts';

it('every page whose commands can be run has a test that runs them', async () => {
  const tests = await Promise.all(
    ['docs', 'e2e']
      .map((folder) => join(ROOT, 'test', folder))
      .map(async (folder) =>
        Promise.all(
          (await readdir(folder))
            .filter((name) => name.endsWith('.test.ts'))
            .map((name) => readFile(join(folder, name), 'utf8')),
        ),
      ),
  );
  const runnable: string[] = [];
  for (const name of await pageNames()) {
    if (blocks(await pageNamed(name), 'sh').length > 0) runnable.push(name);
  }
  expect(runnable).toContain('getting-started.md');
  const text = tests.flat().join('\n');
  expect(runnable.filter((name) => !text.includes(`pageNamed('${name}')`))).toEqual([]);
});
