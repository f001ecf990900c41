import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { planOf } from '../render/scenarios.ts';
import { terraform } from './real-provider.ts';
import { clusterOf, levels } from './terraform.ts';

let folder: string;

// The provider is one of all levels, so one folder is initialised for all.
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'validate-')), 'rendered', 'terraform');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(clusterOf({}).plan));
  await terraform(folder, ['init', '-no-color']);
}, 600_000);

afterAll(() => rm(join(folder, '..', '..'), { recursive: true }));

it.each(levels.map((fields, level) => ({ level, fields })))(
  'the real provider finds the configuration of level $level valid',
  async ({ level, fields }) => {
    const { plan } = clusterOf(fields);
    expect(plan.level).toBe(level);
    await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(plan));
    const { stdout } = await terraform(folder, ['validate', '-json']);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
  },
);

it.each([
  ['with every field', 'whole'],
  ['with a private network', 'private-network'],
])('the real provider finds a configuration %s valid', async (_, scenario) => {
  await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(planOf(scenario)));
  const { stdout } = await terraform(folder, ['validate', '-json']);
  expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
});
