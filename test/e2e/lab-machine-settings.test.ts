import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeLabFolder, makeLabFolder } from '../../lab/machine-settings.ts';
import { labNamed, type Lab } from '../../lab/state.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubehaus-labs-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('lets labs come and go at the same time, and the last one removes what was noted', async () => {
  const state = join(folder, 'labs');
  const labs = ['a', 'b', 'c', 'd'].map((name) =>
    labNamed(name, { ...process.env, KUBEHAUS_LAB_STATE: state }),
  );
  const comeAndGo = async (lab: Lab): Promise<void> => {
    for (let times = 0; times < 20; times += 1) {
      await makeLabFolder(lab);
      expect(existsSync(lab.folder)).toBe(true);
      await removeLabFolder(lab);
      expect(existsSync(lab.folder)).toBe(false);
    }
  };
  await Promise.all(labs.map(comeAndGo));
  expect(existsSync(state)).toBe(false);
});
