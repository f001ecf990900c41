import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fingerprintOf } from '../../stacks/ssh-keys.ts';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { emptyProject } from './project.ts';
import { terraform } from './real-provider.ts';
import { clusterOf } from './terraform.ts';

const ALICE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuftvm7W9i7RMtbfhug71BzEGSUDmy0ViDt4dnYuTFl alice';

async function site(projectKeys: readonly string[]) {
  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const cluster = await mkdtemp(join(tmpdir(), 'cluster-'));
  onTestFinished(() => rm(cluster, { recursive: true }));
  const folder = join(cluster, 'rendered', 'terraform');
  await mkdir(folder, { recursive: true });
  const { plan } = clusterOf({ controlPlane: { count: 1 }, ssh: { projectKeys } });
  await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(plan));
  await project.post('/ssh_keys', { name: 'alice', public_key: ALICE });
  const run = (...args: string[]) => terraform(folder, args, project.environment);
  await run('init', '-input=false');
  return { project, apply: () => run('apply', '-input=false', '-auto-approve') };
}

it.each([['alice'], [fingerprintOf(ALICE)]])(
  'a key that the project has is used by its name or fingerprint (%s), and none is made',
  { timeout: 120_000 },
  async (key) => {
    const { project, apply } = await site([key]);
    await apply();
    expect(project.state.servers.map(({ sshKeys }) => sshKeys)).toEqual([[ALICE]]);
    expect(project.state.sshKeys.map(({ name }) => name)).toEqual(['alice']);
  },
);

it(
  'a key that the project does not have stops terraform before it makes anything',
  { timeout: 120_000 },
  async () => {
    const { project, apply } = await site(['bob']);
    await expect(apply()).rejects.toThrow(/bob/);
    expect(project.state.servers).toEqual([]);
  },
);
