import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterLock } from '../../cluster/lock.ts';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { emptyProject, type Project } from './project.ts';
import { terraform } from './real-provider.ts';
import { clusterOf } from './terraform.ts';

// One cluster lives through all of these tests, in their order: the real terraform, the real provider, the lab's API.
const base = {
  controlPlane: { count: 1 },
  workers: [{ count: 1 }],
  deleteProtection: false,
  network: { transport: 'private' },
};

let folder: string;
let project: Project;
let lock: ClusterLock;

const run = (...args: string[]) => terraform(folder, args, project.environment);
const apply = () => run('apply', '-input=false', '-auto-approve', '-no-color');

async function configure(fields: Record<string, unknown>): Promise<void> {
  const made = clusterOf({ ...base, ...fields }, lock);
  lock = made.lock;
  await writeFile(join(folder, 'cdk.tf.json'), synthesizeTerraform(made.plan));
}

/** Private addresses by the servers' names. */
function attached(): Record<string, string> {
  const names = new Map(project.state.servers.map(({ id, name }) => [id, name]));
  return Object.fromEntries(
    project.state.networks.flatMap(({ attachments }) =>
      attachments.map(({ server, ip }) => [names.get(server) ?? 'nobody', ip]),
    ),
  );
}

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'private-')), 'rendered', 'terraform');
  await mkdir(folder, { recursive: true });
  project = await emptyProject();
  await configure({});
  await run('init', '-input=false');
  await apply();
}, 600_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await rm(join(folder, '..', '..'), { recursive: true });
});

describe('a cluster with a private network', () => {
  it('has all servers in it, at the addresses that were planned', async () => {
    expect(attached()).toEqual({ 'prod-master-1': '10.64.0.111', 'prod-worker-1': '10.64.0.121' });
    const { stdout } = await run('plan', '-no-color', '-detailed-exitcode');
    expect(stdout).toContain('No changes.');
  });

  it('takes a new server in, and touches nothing else', async () => {
    await configure({ workers: [{ count: 2 }] });
    expect((await apply()).stdout).toContain('Resources: 2 added, 0 changed, 0 destroyed');
    expect(attached()).toMatchObject({ 'prod-worker-2': '10.64.0.122' });
  });

  it('attaches a server again that somebody has taken out, and does not make it anew', async () => {
    const before = project.state.servers.map(({ id }) => id);
    const [network] = project.state.networks;
    const worker = project.state.servers.find(({ name }) => name === 'prod-worker-1');
    await project.post(`/servers/${String(worker?.id)}/actions/detach_from_network`, {
      network: network?.id,
    });
    expect((await apply()).stdout).toContain('Resources: 1 added, 0 changed, 0 destroyed');
    expect(attached()).toMatchObject({ 'prod-worker-1': '10.64.0.121' });
    expect(project.state.servers.map(({ id }) => id)).toEqual(before);
  });

  it('is destroyed in an order that Hetzner takes', async () => {
    await run('destroy', '-input=false', '-auto-approve');
    const { servers, networks, firewalls } = project.state;
    expect([servers, networks, firewalls]).toEqual([[], [], []]);
  });
});
