import { createServer } from 'node:http';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { emptyProject } from './project.ts';
import { terraform } from './real-provider.ts';
import { clusterOf, terraformOf } from './terraform.ts';

/** A service that keeps one state, with its lock, as Terraform's http backend wants it. */
async function stateService() {
  const kept = { state: '', locked: '', calls: [] as string[] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      kept.calls.push(`${request.method} ${request.url}`);
      if (request.method === 'GET')
        return void response.writeHead(kept.state === '' ? 404 : 200).end(kept.state);
      if (request.method === 'LOCK') kept.locked = body;
      else if (request.method === 'UNLOCK') kept.locked = '';
      else kept.state = body;
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { kept, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/state` };
}

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
