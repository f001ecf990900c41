import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterFolder } from '../../drive/cluster-folder.ts';
import { CLUSTER_YAML, folderWith } from '../drive/cluster-in-a-folder.ts';
import { emptyProject, type Project } from '../stacks/project.ts';
import { terraformEnvironment } from '../stacks/real-provider.ts';
import { kubehaus, start } from './kubehaus.ts';

// The real command, terraform and provider on the lab's API, whose servers here are records that boot nothing: nobody
// answers at their addresses.

let cliConfig: string;

beforeAll(async () => {
  // Building the provider, if the cache lacks it, takes longer than a test may.
  const folder = await mkdtemp(join(tmpdir(), 'kubehaus-terraform-'));
  const { TF_CLI_CONFIG_FILE } = await terraformEnvironment();
  cliConfig = TF_CLI_CONFIG_FILE ?? '';
  return () => rm(folder, { recursive: true });
}, 600_000);

interface Site {
  readonly folder: ClusterFolder;
  readonly project: Project;
  readonly env: Record<string, string>;
}

async function site(): Promise<Site> {
  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  return {
    folder: await folderWith(),
    project,
    env: { ...project.environment, TF_CLI_CONFIG_FILE: cliConfig },
  };
}

/** `up` until it gives up on servers at which nobody answers. */
const upToSsh = ({ folder, env }: Site) =>
  kubehaus(['up', '--yes', '--ssh-timeout', '1', '-C', folder.root], { env });

const leftAt = ({ state }: Project) => ({
  servers: state.servers.length,
  firewalls: state.firewalls.length,
  groups: state.placementGroups.length,
  keys: state.sshKeys.length,
});
const NOTHING = { servers: 0, firewalls: 0, groups: 0, keys: 0 };

describe('kubehaus up', { timeout: 240_000 }, () => {
  it('asks before it makes anything, and says how to go on where nobody can answer', async () => {
    const here = await site();
    const { exitCode, stdout, stderr } = await kubehaus(['up', '-C', here.folder.root], { env: here.env });
    expect(exitCode).toBe(2);
    expect(stdout).toContain('# hcloud_server.prod-master-1 will be created');
    expect(stderr).toContain('There is no terminal to ask on: Apply this plan to the cluster prod?');
    expect(stderr).toContain('--yes');
    expect(leftAt(here.project)).toEqual(NOTHING);
    expect(existsSync(here.folder.planFile)).toBe(false);
  });

  it('refuses a wrong token before anything is written or made', async () => {
    const here = await site();
    const { exitCode, stderr } = await kubehaus(['up', '--yes', '-C', here.folder.root], {
      env: { ...here.env, HCLOUD_TOKEN: 'wrong'.padEnd(64, '0') },
    });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('Hetzner does not accept the token in HCLOUD_TOKEN');
    expect(stderr).not.toContain('wrong0000');
    expect(await readdir(here.folder.root)).toEqual(['cluster.yaml']);
    expect(leftAt(here.project)).toEqual(NOTHING);
  });

  it('makes the servers, writes their addresses, and names each that does not answer', async () => {
    const here = await site();
    const { exitCode, stdout, stderr } = await upToSsh(here);

    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/\[terraform apply\] hcloud_server\.prod-master-1: Creation complete/);
    expect(stderr).toContain('4 nodes did not answer over SSH within 1 s.');
    expect(stderr).toMatch(/^ {2}prod-worker-1: /m);
    expect(leftAt(here.project)).toEqual({ servers: 4, firewalls: 1, groups: 2, keys: 1 });
    const addresses = await readFile(here.folder.addresses, 'utf8');
    for (const server of here.project.state.servers) expect(addresses).toContain(`"${server.id}"`);

    // Again: there is nothing to make, nothing to ask about, and no address changes.
    const again = await kubehaus(['up', '--ssh-timeout', '1', '-C', here.folder.root], { env: here.env });
    expect(again.exitCode).toBe(5);
    expect(again.stdout).toContain('No changes. Your infrastructure matches the configuration.');
    expect(await readFile(here.folder.addresses, 'utf8')).toBe(addresses);
  });

  it('leaves the token in no file, keeps its own files private, and commits what must be committed', async () => {
    const here = await site();
    const { stdout, stderr } = await upToSsh(here);
    const token = here.env['HCLOUD_TOKEN'] ?? '';
    expect(stdout + stderr).not.toContain(token);
    const files = (await readdir(here.folder.root, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    for (const file of files) {
      expect(await readFile(join(file.parentPath, file.name), 'latin1'), file.name).not.toContain(token);
    }
    expect((await stat(here.folder.local)).mode & 0o777).toBe(0o700);
    // Terraform's provider lock is for everybody, its data and its state for nobody.
    expect(await readdir(here.folder.terraform)).toEqual(['.terraform.lock.hcl', 'cdk.tf.json']);
    expect(await readdir(here.folder.local)).toEqual(
      expect.arrayContaining(['logs', 'terraform', 'terraform.tfstate']),
    );
    expect(existsSync(here.folder.planFile)).toBe(false);
    expect(existsSync(here.folder.runLock)).toBe(false);
  });

  it('tells Hetzner’s own words when it refuses, and goes on from there', async () => {
    const here = await site();
    await post(here, { kind: 'stock-out', location: 'fsn1' });

    const refused = await upToSsh(here);

    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(
      'no server of the wanted type at the wanted location now: hcloud_server.prod-master-2.',
    );
    expect(refused.stderr).toContain('serverType: [');
    expect(refused.stderr).toMatch(/resource_unavailable/);
    expect(refused.stderr).toMatch(/command: terraform apply .* \(exit code 1\)/);
    expect(refused.stderr).toMatch(/whole log: .*-terraform-apply\.log/);
    expect(here.project.state.servers.length).toBe(3);

    await forgive(here);
    expect((await upToSsh(here)).exitCode).toBe(5);
    expect(here.project.state.servers.length).toBe(4);
  });

  it('takes the next type of a list where one is out of stock in the middle, and keeps to it', async () => {
    const here = await site();
    await writeFile(
      here.folder.clusterYaml,
      CLUSTER_YAML.replace('workers:', 'controlPlane: { serverType: [cx33, cpx32] }\nworkers:'),
    );
    await post(here, { kind: 'stock-out', location: 'fsn1', serverType: 'cx33' });

    const { exitCode, stdout } = await upToSsh(here);

    expect(exitCode, stdout).toBe(5);
    expect(stdout).toContain('prod-master-2: cx33 is out of stock in fsn1; next is cpx32 in fsn1.');
    expect(here.project.state.servers.map(({ name }) => name).sort()).toEqual([
      'prod-master-1',
      'prod-master-2',
      'prod-master-3',
      'prod-worker-1',
    ]);
    const lock = await readFile(here.folder.lockYaml, 'utf8');
    expect(lock).toMatch(/prod-master-2:\n.*\n.*\n\s+location: fsn1\n\s+serverType: cpx32/);
    expect(lock.match(/serverType: cx33/g)).toHaveLength(3);

    await forgive(here);
    const again = await upToSsh(here);
    expect(again.stdout).toContain('No changes. Your infrastructure matches the configuration.');
  });

  it('gives up when every type of the list is out of stock, and says what else can be done', async () => {
    const here = await site();
    await writeFile(
      here.folder.clusterYaml,
      CLUSTER_YAML.replace(
        'workers:',
        'locations: [fsn1]\ncontrolPlane: { serverType: [cx33, cpx32] }\nworkers:',
      ),
    );
    await post(here, { kind: 'stock-out', location: 'fsn1' });
    const { exitCode, stderr } = await upToSsh(here);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('hcloud_server.prod-worker-1');
    expect(here.project.state.servers).toEqual([]);
  });

  it('at Ctrl-C lets Terraform finish what it ordered, says that it goes on, and does', async () => {
    const here = await site();
    await post(here, { kind: 'slow-action', command: 'create_server', seconds: 4 });
    const running = start(['up', '--yes', '--ssh-timeout', '1', '-C', here.folder.root], { env: here.env });
    while (here.project.state.servers.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running;

    expect(exitCode).toBe(130);
    expect(stdout).toContain('`kubehaus up` goes on from there when run again');
    expect(stdout).not.toContain('[ssh] begins');
    expect(stderr).toContain('Interrupted.');
    expect(existsSync(here.folder.runLock)).toBe(false);
    // What was ordered is in the state: nothing is made twice.
    await forgive(here);
    const again = await upToSsh(here);
    expect([again.exitCode, again.stderr]).toEqual([5, expect.stringContaining('4 nodes')]);
    expect(here.project.state.servers.map(({ name }) => name).sort()).toEqual([
      'prod-master-1',
      'prod-master-2',
      'prod-master-3',
      'prod-worker-1',
    ]);
  });
});

describe('kubehaus destroy', { timeout: 240_000 }, () => {
  it('asks, and without an answer destroys nothing', async () => {
    const here = await site();
    await upToSsh(here);
    const { exitCode, stdout, stderr } = await kubehaus(['destroy', '-C', here.folder.root], {
      env: here.env,
    });
    expect(exitCode).toBe(2);
    expect(stdout).toContain('prod-master-1, prod-master-2, prod-master-3, prod-worker-1');
    expect(stderr).toContain('--yes');
    expect(leftAt(here.project).servers).toBe(4);
  });

  it('lifts the protection and leaves nothing at Hetzner and no trace of the servers here', async () => {
    const here = await site();
    await upToSsh(here);
    expect(here.project.state.servers.filter(({ protection }) => protection.delete)).toHaveLength(3);

    const { exitCode, stdout } = await kubehaus(['destroy', '--yes', '-C', here.folder.root], {
      env: here.env,
    });

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Nothing of prod is left at Hetzner.');
    expect(leftAt(here.project)).toEqual(NOTHING);
    for (const path of [here.folder.addresses, here.folder.knownHosts, join(here.folder.local, 'destroy')]) {
      expect(existsSync(path)).toBe(false);
    }
    const again = await kubehaus(['destroy', '--yes', '-C', here.folder.root], { env: here.env });
    expect(again.exitCode).toBe(0);
  });

  it('cut off in the middle and repeated, destroys the rest and makes nothing again', async () => {
    const here = await site();
    await upToSsh(here);
    const ids = here.project.state.servers.map(({ id }) => id);
    await post(here, {
      kind: 'api-error',
      method: 'DELETE',
      path: '/servers/*',
      atCall: 2,
      times: 1000,
      code: 'conflict',
    });
    const first = await kubehaus(['destroy', '--yes', '-C', here.folder.root], { env: here.env });
    expect(first.exitCode).toBe(4);
    expect(here.project.state.servers.every(({ id }) => ids.includes(id))).toBe(true);
    expect(here.project.state.servers.length).toBeLessThan(4);
    expect(here.project.state.servers.length).toBeGreaterThan(0);

    await forgive(here);
    expect((await kubehaus(['destroy', '--yes', '-C', here.folder.root], { env: here.env })).exitCode).toBe(
      0,
    );
    expect(leftAt(here.project)).toEqual(NOTHING);
  });

  it('refuses where the state is not, as in a clone, and forgets nothing; so does up', async () => {
    const here = await site();
    await upToSsh(here);
    const addresses = await readFile(here.folder.addresses, 'utf8');
    await writeFile(here.folder.knownHosts, 'hcloud-1 ssh-ed25519 AAAA\n');
    const aside = `${here.folder.terraformState}.elsewhere`;
    await rename(here.folder.terraformState, aside);

    for (const command of ['destroy', 'up']) {
      const { exitCode, stderr } = await kubehaus([command, '--yes', '-C', here.folder.root], {
        env: here.env,
      });
      expect(exitCode, command).toBe(7);
      expect(stderr).toContain(
        `Servers were made, and Terraform’s state is not on this machine (${here.folder.terraformState}).`,
      );
      expect(stderr).toContain('servers: prod-master-1, prod-master-2, prod-master-3, prod-worker-1');
      expect(stderr).toContain('Nothing was made or destroyed, and nothing forgotten.');
    }
    expect(leftAt(here.project).servers).toBe(4);
    expect(await readFile(here.folder.addresses, 'utf8')).toBe(addresses);
    expect(existsSync(here.folder.knownHosts)).toBe(true);

    await rename(aside, here.folder.terraformState);
    const { exitCode } = await kubehaus(['destroy', '--yes', '-C', here.folder.root], { env: here.env });
    expect(exitCode).toBe(0);
    expect(leftAt(here.project)).toEqual(NOTHING);
  });

  it('says that there was nothing to destroy where nothing was made', async () => {
    const here = await site();
    const { exitCode, stdout } = await kubehaus(['destroy', '--yes', '-C', here.folder.root], {
      env: here.env,
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('so there was nothing to destroy.')]);
  });

  it('destroys servers, too, that cluster.yaml no longer has', async () => {
    const here = await site();
    await upToSsh(here);
    await writeFile(
      here.folder.clusterYaml,
      (await readFile(here.folder.clusterYaml, 'utf8')).replace(/workers:\n.*\n/, ''),
    );
    expect((await kubehaus(['destroy', '--yes', '-C', here.folder.root], { env: here.env })).exitCode).toBe(
      0,
    );
    expect(leftAt(here.project)).toEqual(NOTHING);
  });
});

const faults = ({ env }: Site) => env['HCLOUD_ENDPOINT']?.replace('/v1', '/_lab/faults') ?? '';

async function post(here: Site, fault: object): Promise<void> {
  const answer = await fetch(faults(here), {
    method: 'POST',
    headers: { authorization: `Bearer ${here.env['HCLOUD_TOKEN']}`, 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function forgive(here: Site): Promise<void> {
  await fetch(faults(here), {
    method: 'DELETE',
    headers: { authorization: `Bearer ${here.env['HCLOUD_TOKEN']}` },
  });
}
