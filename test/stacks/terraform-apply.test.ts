import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatLock, LOCK_FILE, type ClusterLock } from '../../cluster/lock.ts';
import type { ClusterPlan } from '../../cluster/plan.ts';
import { parseOutputs } from '../../stacks/outputs.ts';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { ownUserData } from '../../stacks/user-data.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { emptyProject, type Project } from './project.ts';
import { terraform, terraformEnvironment } from './real-provider.ts';
import { clusterOf } from './terraform.ts';

// One cluster lives through all of these tests, in their order: the real terraform, the real provider, the lab's API.
const base = {
  name: 'prod',
  ssh: { publicKeys: [PUBLIC_KEY] },
  controlPlane: { count: 3 },
  workers: [{ count: 2 }],
};
const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuftvm7W9i7RMtbfhug71BzEGSUDmy0ViDt4dnYuTFl alice';

let cluster: string;
let project: Project;
let lock: ClusterLock;

const run = (...args: string[]) =>
  terraform(join(cluster, 'rendered', 'terraform'), args, project.environment);

async function configure(text: string): Promise<void> {
  await writeFile(join(cluster, 'rendered', 'terraform', 'cdk.tf.json'), text);
}

const planOf = (fields: Record<string, unknown>): ClusterPlan => clusterOf({ ...base, ...fields }, lock).plan;

/** What terraform would do, without what it would leave as it is: address → actions. */
async function changes(): Promise<Record<string, string[]>> {
  await run('plan', '-input=false', '-out=plan.bin');
  const { stdout } = await run('show', '-json', 'plan.bin');
  const shown = JSON.parse(stdout) as {
    resource_changes?: { address: string; change: { actions: string[] } }[];
  };
  return Object.fromEntries(
    (shown.resource_changes ?? [])
      .map(({ address, change }) => [address, change.actions] as const)
      .filter(([, actions]) => actions.some((action) => action !== 'no-op' && action !== 'read')),
  );
}

beforeAll(async () => {
  cluster = await mkdtemp(join(tmpdir(), 'cluster-'));
  await mkdir(join(cluster, 'rendered', 'terraform'), { recursive: true });
  project = await emptyProject();

  const first = clusterOf(base);
  lock = first.lock;
  await configure(synthesizeTerraform(first.plan));
  await run('init', '-input=false');
  await run('apply', '-input=false', '-auto-approve');
}, 600_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await rm(cluster, { recursive: true });
});

describe('applied to a project at Hetzner, the configuration', () => {
  it('makes the planned servers and tells their ids and addresses', async () => {
    const { stdout } = await run('output', '-json');
    const nodes = parseOutputs(stdout);
    expect([...nodes.keys()].sort()).toEqual(planOf({}).nodes.map(({ name }) => name));
    for (const server of project.state.servers) {
      const ipv4 = project.state.primaryIps.find(({ id }) => id === server.ipv4)?.ip;
      expect(nodes.get(server.name)).toMatchObject({ id: String(server.id), ipv4 });
      expect(server.sshKeys).toEqual([PUBLIC_KEY]);
      expect(server.userData).toBe(ownUserData('root'));
    }
  });

  it('holds the firewall in front of a server before it boots', () => {
    const anywhere = ['0.0.0.0/0', '::/0'];
    for (const { id } of project.state.servers) {
      expect(
        project.rulesAtBoot.get(id)?.map(({ protocol, port, sources }) => [protocol, port, sources]),
      ).toEqual(
        expect.arrayContaining([
          ['tcp', '22', anywhere],
          ['udp', '51820', anywhere],
          ['icmp', undefined, anywhere],
        ]),
      );
    }
  });

  it('has nothing left to change afterwards', async () => {
    expect(await changes()).toEqual({});
  });

  it('replaces and stops no server when keys, image, server type, location or user_data are edited', async () => {
    const edited = planOf({
      image: 'debian-13',
      ssh: { publicKeys: [OTHER_KEY] },
      controlPlane: { count: 3, serverType: 'cx53', locations: ['hel1'] },
      workers: [{ count: 2, serverType: 'cx43', image: 'ubuntu-24.04' }],
    });
    const moved = { ...edited, nodes: edited.nodes.map((node) => ({ ...node, location: 'hel1' })) };
    const text = synthesizeTerraform(moved).replace('#cloud-config\\n', '#cloud-config\\n# edited\\n');
    expect(text).toContain('# edited');
    await configure(text);

    const touched = await changes();
    expect(Object.keys(touched).filter((address) => address.startsWith('hcloud_server.'))).toEqual([]);
    // The one key goes, the other comes; their names decide which is told first.
    expect(Object.values(touched).flat().sort()).toEqual(['create', 'delete']);
  });

  it('only adds when nodes and pools are added', async () => {
    await configure(
      synthesizeTerraform(
        planOf({
          workers: [
            { name: 'big', count: 1 },
            { name: 'worker', count: 3 },
          ],
        }),
      ),
    );
    expect(await changes()).toEqual({
      'hcloud_placement_group.prod-big-1': ['create'],
      'hcloud_server.prod-big-1': ['create'],
      'hcloud_server.prod-worker-3': ['create'],
    });
  });

  it('uses a key that the project has already, under whatever name', async () => {
    await project.post('/ssh_keys', { name: 'laptop', public_key: OTHER_KEY });
    await configure(
      synthesizeTerraform(
        planOf({ ssh: { publicKeys: [PUBLIC_KEY, OTHER_KEY] }, workers: [{ name: 'worker', count: 3 }] }),
      ),
    );
    expect(await changes()).toEqual({ 'hcloud_server.prod-worker-3': ['create'] });
    await run('apply', 'plan.bin');
    const worker = project.state.servers.find(({ name }) => name === 'prod-worker-3');
    expect(worker?.sshKeys).toEqual([PUBLIC_KEY, OTHER_KEY]);
    expect(await changes()).toEqual({});
  });

  it('cannot delete a master, not even by a plan that no longer has it: Hetzner refuses', async () => {
    const plan = planOf({});
    const nodes = plan.nodes.filter(({ name }) => !['prod-master-2', 'prod-master-3'].includes(name));
    await configure(synthesizeTerraform({ ...plan, nodes }));
    expect(await changes()).toMatchObject({ 'hcloud_server.prod-master-3': ['delete'] });
    await expect(run('apply', 'plan.bin')).rejects.toThrow(/protected/);
    expect(project.state.servers.map(({ name }) => name)).toContain('prod-master-3');
  });

  it(
    'is what `cdktf deploy` applies, too: on the same cluster it finds no changes',
    { timeout: 300_000 },
    async () => {
      const { plan, lock: full } = clusterOf({ ...base, workers: [{ count: 3 }] }, lock);
      await configure(synthesizeTerraform(plan));
      await run('apply', '-input=false', '-auto-approve');
      await writeFile(join(cluster, 'cluster.yaml'), JSON.stringify({ ...base, workers: [{ count: 3 }] }));
      await writeFile(join(cluster, LOCK_FILE), formatLock(full));

      const { stdout } = await execa(
        'npx',
        ['cdktf', 'deploy', '--auto-approve', '--output', join(cluster, 'cdktf.out')],
        {
          env: {
            ...(await terraformEnvironment()),
            ...project.environment,
            KUBEHAUS_CLUSTER: cluster,
            CI: '1',
          },
        },
      );
      const said = stripVTControlCharacters(stdout);
      expect(said).toContain('No changes.');
      expect(said).toContain('0 added, 0 changed, 0 destroyed');
      expect(await readFile(join(cluster, LOCK_FILE), 'utf8')).toBe(formatLock(full));
    },
  );

  it('keeps the token out of the configuration, the plan and the state', async () => {
    for (const file of ['rendered/terraform/cdk.tf.json', '.kubehaus/terraform.tfstate']) {
      const text = await readFile(join(cluster, file), 'utf8');
      expect(text).not.toContain(project.environment.HCLOUD_TOKEN);
    }
  });

  it('leaves nothing behind when it is destroyed, once the protection is lifted', async () => {
    const { plan } = clusterOf({ ...base, workers: [{ count: 3 }] }, lock);
    const nodes = plan.nodes.map((node) => ({ ...node, protected: false }));
    await configure(synthesizeTerraform({ ...plan, nodes }));
    await run('apply', '-input=false', '-auto-approve');
    await run('destroy', '-input=false', '-auto-approve');
    const { servers, placementGroups, firewalls, primaryIps, sshKeys } = project.state;
    expect([servers, placementGroups, firewalls, primaryIps]).toEqual([[], [], [], []]);
    expect(sshKeys.map(({ name }) => name)).toEqual(['laptop']);
  });
});
