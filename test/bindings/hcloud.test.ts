import { execa } from 'execa';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVersions } from '../../lab/builds/versions.ts';
import { terraform } from '../stacks/real-provider.ts';

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

describe('the bindings of the provider', () => {
  it('are of the version that the repository asks for and the lab builds', async () => {
    const { version } = await json('bindings/hcloud/package.json');
    expect((await json('package.json')).dependencies).toMatchObject({ '@cdktf/provider-hcloud': version });
    expect((await readVersions()).hcloudProvider).toBe(version);
  });

  it('come from the schema that the real provider has', { timeout: 600_000 }, async () => {
    const { version } = await json('bindings/hcloud/package.json');
    const folder = await mkdtemp(join(tmpdir(), 'schema-'));
    const required = { hcloud: { source: 'hetznercloud/hcloud', version } };
    await writeFile(
      join(folder, 'main.tf.json'),
      JSON.stringify({ terraform: { required_providers: required } }),
    );
    await terraform(folder, ['init']);
    const { stdout } = await terraform(folder, ['providers', 'schema', '-json']);
    await rm(folder, { recursive: true });
    expect(JSON.parse(stdout)).toEqual(await json('bindings/hcloud/schema.json'));
  });

  it('are imported as HashiCorp’s prebuilt ones are', async () => {
    const program = `
      import { Server } from '@cdktf/provider-hcloud/lib/server';
      import { Server as same } from '@cdktf/provider-hcloud/lib/server/index.js';
      import { server } from '@cdktf/provider-hcloud';
      console.log(Server.tfResourceType, Server === same, Server === server.Server);
    `;
    const { stdout } = await execa('node', ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('hcloud_server true true');
  });

  it('are not built again when nothing has changed', async () => {
    const made = (await stat('bindings/hcloud/lib/index.js')).mtimeMs;
    await execa('npm', ['run', 'build', '--workspace', '@cdktf/provider-hcloud']);
    expect((await stat('bindings/hcloud/lib/index.js')).mtimeMs).toBe(made);
  });
});
