import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { emptyProject } from './project.ts';
import { terraform } from './real-provider.ts';
import { stateService } from './state-service.ts';
import { clusterOf, terraformOf } from './terraform.ts';

it(
  'keeps the state at an HTTP service, locked while it works, and none here',
  { timeout: 120_000 },
  async () => {
    const { kept, url } = await stateService();
    const project = await emptyProject();
    onTestFinished(() => project[Symbol.asyncDispose]());
    const cluster = await mkdtemp(join(tmpdir(), 'cluster-'));
    onTestFinished(() => rm(cluster, { recursive: true }));
    const folder = join(cluster, 'rendered', 'terraform');
    await mkdir(folder, { recursive: true });
    const { plan } = clusterOf({
      controlPlane: { count: 1 },
      terraform: { backend: { type: 'http', address: url, lockAddress: url, unlockAddress: url } },
    });
    await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(plan));
    await terraform(folder, ['init', '-input=false'], project.environment);
    await terraform(folder, ['apply', '-input=false', '-auto-approve'], project.environment);

    expect(project.state.servers.map(({ name }) => name)).toEqual(['prod-master-1']);
    expect(JSON.parse(kept.state)).toMatchObject({ outputs: { nodes: {} } });
    expect(kept.locked).toBe('');
    expect(kept.calls.map((call) => call.split(' ')[0])).toEqual(expect.arrayContaining(['LOCK', 'UNLOCK']));
    expect((await readdir(cluster)).sort()).toEqual(['rendered']);
  },
);

it('names one backend, and no credentials', () => {
  const backendOf = (backend: object) => terraformOf(clusterOf({ terraform: { backend } }).plan).terraform;
  expect(backendOf({ type: 'local' })).toMatchObject({
    backend: { local: { path: '../../.kubehaus/terraform.tfstate' } },
    required_version: '>= 1.9.0',
  });
  const s3 = backendOf({ type: 's3', bucket: 'states', key: 'prod.tfstate' });
  expect(s3['backend']).toEqual({
    s3: { bucket: 'states', key: 'prod.tfstate', region: 'main', use_lockfile: true },
  });
  expect(s3['required_version']).toBe('>= 1.10.0');
  expect(backendOf({ type: 'http', address: 'https://state.example.org' })['backend']).toEqual({
    http: { address: 'https://state.example.org' },
  });
});
