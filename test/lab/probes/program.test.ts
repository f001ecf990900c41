import { execa } from 'execa';
import { expect, it } from 'vitest';
import { packageFile } from '../../../lab/package-files.ts';

it('the program that probes passes its own tests', { timeout: 600_000 }, async () => {
  const run = (...args: readonly string[]) =>
    execa('go', args, {
      cwd: packageFile('lab/probes/program'),
      env: { GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off', CGO_ENABLED: '0' },
      reject: false,
      all: true,
    });
  const vetted = await run('vet', './...');
  expect(vetted.exitCode, vetted.all).toBe(0);
  const tested = await run('test', './...');
  expect(tested.exitCode, tested.all).toBe(0);
});
