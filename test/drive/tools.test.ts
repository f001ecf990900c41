import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { findIdentityFile } from '../../drive/tools.ts';
import { temporaryFolder } from './cluster-in-a-folder.ts';

it('takes a key that is there, below ~ as well, and one whose private half only the agent has', async () => {
  const home = await temporaryFolder();
  vi.stubEnv('HOME', home);
  onTestFinished(() => void vi.unstubAllEnvs());
  await mkdir(join(home, '.ssh'));
  await writeFile(join(home, '.ssh', 'private'), '');
  await writeFile(join(home, '.ssh', 'of-agent.pub'), '');

  for (const name of ['private', 'of-agent', 'of-agent.pub']) {
    await findIdentityFile(join(home, '.ssh', name));
    await findIdentityFile(`~/.ssh/${name}`);
  }
  await findIdentityFile(undefined);
  await expect(findIdentityFile('~/.ssh/other')).rejects.toThrow(
    'The private SSH key ~/.ssh/other cannot be read.',
  );
});
