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

async function userWithKey() {
  const home = await temporaryFolder();
  await mkdir(join(home, '.ssh'));
  await writeFile(join(home, '.ssh', 'id_ed25519.pub'), `${PUBLIC_KEY}\n`);
  const env = {
    PATH: await kubehausInPath(),
    HOME: home,
    KUBEHAUS_CLUSTER: undefined,
    HCLOUD_TOKEN: undefined,
  };
  return async (command: string) => (await execa('bash', ['-e', '-c', command], { cwd: home, env })).stdout;
}

it('docs/levels.md: its commands make clusters of these levels, which survive what it says', async () => {
  const page = await pageNamed('levels.md');
  const shell = await userWithKey();
  const commands = blocks(page, 'sh');
  const printed = blocks(page, 'text');
  expect(commands).toHaveLength(5);
  expect(printed).toHaveLength(5);
  for (const [level, command] of commands.entries()) {
    expect(printed[level]).toContain(`level ${level}:`);
    expect(await shell(command)).toContain(printed[level]);
  }
});

it('docs/from-hetzner-kube.md: hetzner-kube’s flags make the cluster that it says', async () => {
  const page = await pageNamed('from-hetzner-kube.md');
  const shell = await userWithKey();
  const [printed = '-'] = blocks(page, 'text');
  expect(await shell(blocks(page, 'sh').join('\n'))).toContain(printed);
});
