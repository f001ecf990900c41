import { execa } from 'execa';
import { expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../lab/cli/main.ts', import.meta.url));

async function lab(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), main, ...args],
    { reject: false },
  );
  return { exitCode, stdout, stderr };
}

test('help shows a command, and refuses one that does not exist', { timeout: 180_000 }, async () => {
  expect(await lab('help', 'disk')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('kubehaus-lab disk') as string,
  });
  expect(await lab('help', 'dsik')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: "error: unknown command 'dsik'\n(Did you mean disk?)",
  });
});
