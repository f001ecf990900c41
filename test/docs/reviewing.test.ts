import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, vi } from 'vitest';
import { kubehausInPath } from '../cli/kubehaus-in-path.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { blocks, pageNamed } from './pages.ts';

// Each call of kubehaus is a process of its own; on a busy machine it takes seconds to start.
vi.setConfig({ testTimeout: 300_000 });

it('docs/reviewing.md: its commands work one after the other and print what it says', async () => {
  const page = await pageNamed('reviewing.md');
  const home = await temporaryFolder();
  await mkdir(join(home, '.ssh'));
  await writeFile(join(home, '.ssh', 'id_ed25519.pub'), `${PUBLIC_KEY}\n`);
  await writeFile(join(home, '.gitconfig'), '[user]\n  name = You\n  email = you@example.org\n');
  await execa('git', ['init', '--quiet', home]);

  const commands = blocks(page, 'sh');
  expect(commands.join('')).toMatch(/kubehaus init[^]*kubehaus diff --stat[^]*kubehaus render --check/);
  const environment = {
    PATH: await kubehausInPath(),
    HOME: home,
    KUBEHAUS_CLUSTER: undefined,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const { stdout, stderr } = await execa('bash', ['-e', '-c', commands.join('')], {
    cwd: home,
    env: environment,
  });

  expect(stderr).toBe('');
  const printed = blocks(page, 'text');
  expect(printed).toHaveLength(1);
  for (const text of printed) expect(stdout).toContain(text);
  expect(stdout).toContain('+++ b/rendered/ansible/host_vars/prod-worker-3.yml');
  expect(stdout.match(/The rendered files are up to date\./g)).toHaveLength(2);

  // What CI sees: nothing that was rendered has stayed out of git.
  const checkedOut = await temporaryFolder();
  await execa('git', ['clone', '--quiet', home, checkedOut]);
  const inCi = await execa('kubehaus', ['diff', '--exit-code', '-C', join(checkedOut, 'clusters', 'prod')], {
    env: environment,
  });
  expect(inCi.stdout).toBe('The rendered files are up to date.');
});
