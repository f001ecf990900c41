import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clusterFolder } from '../../drive/cluster-folder.ts';
import { CLUSTER_YAML, folderWith } from '../drive/cluster-in-a-folder.ts';
import { emptyProject } from '../stacks/project.ts';
import { terraformEnvironment } from '../stacks/real-provider.ts';
import { kubehaus, start } from './kubehaus.ts';

// The real terraform and provider on the lab's API, which is told what is out of stock, what is limited, and to break off in the middle.
let cliConfig: string;
beforeAll(async () => {
  cliConfig = (await terraformEnvironment()).TF_CLI_CONFIG_FILE ?? '';
}, 600_000);

async function site(clusterYaml = CLUSTER_YAML) {
  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const folder = await folderWith(clusterYaml);
  const env: Record<string, string> = { ...project.environment, TF_CLI_CONFIG_FILE: cliConfig };
  const tellLab = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${env['HCLOUD_ENDPOINT']?.replace(/\/v1$/, '')}/_lab${path}`, {
      method,
      headers: {
        authorization: `Bearer ${env['HCLOUD_TOKEN']}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    kubehaus([...args, '-C', folder.root], { env: { ...env, ...more } });
  return {
    folder,
    project,
    env,
    edit: (change: (text: string) => string) => writeFile(folder.clusterYaml, change(clusterYaml)),
    soldOut: (location: string, serverType: string) =>
      tellLab('POST', '/faults', { kind: 'stock-out', location, serverType }),
    limit: (limits: object) => tellLab('PUT', '/limits', limits),
    unlimited: () => tellLab('DELETE', '/limits'),
    price: (told: object) => tellLab('PUT', '/prices', told),
    plan: (more?: Record<string, string>, ...args: readonly string[]) => run(['plan', ...args], more),
    /** `up` until it gives up on servers at which nobody answers. */
    upToSsh: () => run(['up', '--yes', '--ssh-timeout', '1']),
  };
}

/** The lines below a section's title. */
function section(stdout: string, title: string): string[] {
  const lines = stdout.split('\n');
  const from = lines.indexOf(title);
  expect(from, stdout).toBeGreaterThan(-1);
  const to = lines.indexOf('', from);
  return lines.slice(from + 1, to === -1 ? undefined : to);
}

const unlinked = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/ {2,}/g, '  '));

describe('kubehaus plan tells of Hetzner', { timeout: 240_000 }, () => {
  it('what the servers cost a month, each with its IPv4 address, and that they can be had', async () => {
    const { plan } = await site();
    const { exitCode, stdout } = await plan();
    expect(exitCode).toBe(0);
    // The lab's list: a cx33 for 8.49, an address for 0.50, in every location.
    expect(stdout).toMatch(/^master {2}cx33 {2}nbg1 {6}1 {8}8\.99 {14}8\.99$/m);
    expect(stdout).toContain('Together EUR 35.96 a month');
    expect(stdout).toContain('Hetzner has all servers in stock that are still to be made.');
  });

  it('what they cost where the lab was told other prices', async () => {
    const { plan, price } = await site();
    await price({ kind: 'server', serverType: 'cx33', monthly: 12.34 });
    await price({ kind: 'server', serverType: 'cx33', location: 'nbg1', monthly: 20.01 });
    await price({ kind: 'primary-ip', type: 'ipv4', monthly: 0.6 });
    const { stdout } = await plan({ PATH: '/nonexistent' });
    const lines = unlinked(section(stdout, 'Price and stock'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'master  cx33  nbg1  1  20.61  20.61',
        'master  cx33  fsn1  1  12.94  12.94',
        'worker  cx33  nbg1  1  20.61  20.61',
      ]),
    );
    expect(lines.join('\n')).toContain('Together EUR 67.10 a month');
  });

  it('what is out of stock, what up would take instead, and what is not to be had at all', async () => {
    const { plan, soldOut, edit } = await site();
    await edit((text) =>
      text.replace(
        'workers:\n  - count: 1',
        [
          'controlPlane: { serverType: [cx33, cpx32] }',
          'workers:',
          '  - { count: 1, serverType: cpx31 }',
          '  - { name: odd, count: 1, serverType: xx99 }',
          '  - { name: small, count: 1, locations: [fsn1] }',
        ].join('\n'),
      ),
    );
    await soldOut('fsn1', 'cx33');
    const { stdout } = await plan();
    expect(section(stdout, 'Price and stock').filter((line) => /^prod-.*\.$/.test(line))).toEqual([
      'prod-master-2: cx33 is out of stock in fsn1 now; up would take cpx32 in fsn1.',
      'prod-worker-1: cpx31 is not sold in nbg1. It is sold in ash, hil, sin.',
      'prod-odd-1: Hetzner has no server type xx99.',
      'prod-small-1: cx33 is out of stock in fsn1 now, and cluster.yaml names no other type that can be had.',
    ]);
  });

  it('what is created, changed and destroyed, a server that goes first of all; and changes nothing itself', async () => {
    const { plan, upToSsh, edit, folder, project } = await site();
    expect(unlinked(section((await plan()).stdout, 'Terraform'))).toEqual([
      'Terraform: 8 to create, 0 to change in place, 0 to replace, 0 to destroy.',
      '  create  hcloud_firewall  prod',
      '  create  hcloud_placement_group  prod-master-1, prod-worker-1',
      '  create  hcloud_server  prod-master-1, prod-master-2, prod-master-3, prod-worker-1',
      expect.stringMatching(/^ {2}create {2}hcloud_ssh_key {2}prod-[0-9a-f]{12}$/),
    ]);
    expect(project.state.servers).toEqual([]);
    expect((await readdir(folder.root)).sort()).toEqual(['.kubehaus', 'cluster.yaml']);

    await upToSsh();
    const kept = async () =>
      Object.fromEntries(
        await Promise.all(
          [
            folder.terraformState,
            folder.lockYaml,
            folder.addresses,
            join(folder.terraform, 'cdk.tf.json'),
          ].map(async (path) => [path, await readFile(path, 'utf8')] as const),
        ),
      );
    const before = await kept();
    expect(section((await plan()).stdout, 'Terraform')).toEqual([
      'Terraform changes nothing: what is at Hetzner is as cluster.yaml says.',
    ]);

    await edit((text) =>
      text.replace(
        'workers:\n  - count: 1',
        'workers:\n  - { name: big, count: 1 }\nfirewall: { rules: [{ description: web, protocol: tcp, port: 443 }] }',
      ),
    );
    const { stdout } = await plan();
    expect(unlinked(section(stdout, 'Terraform'))).toEqual([
      'Terraform: 2 to create, 1 to change in place, 0 to replace, 2 to destroy.',
      '  DESTROY  hcloud_server  prod-worker-1: all data on its disk is lost',
      '  DESTROY  hcloud_placement_group  prod-worker-1',
      '  change  hcloud_firewall  prod (rule)',
      '  create  hcloud_placement_group  prod-big-1',
      '  create  hcloud_server  prod-big-1',
    ]);
    const hosts = unlinked(section(stdout, 'On the hosts'));
    expect(hosts).toContain('To be installed: prod-big-1.');
    expect(hosts).toContain('To leave with their servers: prod-worker-1.');
    expect(hosts).toContain('network-setup  wireguard  cluster_nodes  all 3');
    expect(await kept()).toEqual(before);

    // All is rendered and committed, as on the branch of a pull request: what was there before is in git.
    const git = (...args: readonly string[]) =>
      execa('git', ['-c', 'user.name=You', '-c', 'user.email=you@example.org', ...args], {
        cwd: folder.root,
      });
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'Before');
    await kubehaus(['render', '-C', folder.root]);
    expect(section((await plan()).stdout, 'On the hosts').join('')).toContain(
      'nothing is new for the 3 nodes',
    );
    const since = await plan({}, '--since', 'HEAD');
    expect(unlinked(section(since.stdout, 'On the hosts'))).toEqual(
      hosts.map((line) => line.replace('stands in rendered/', 'stood in rendered/ in HEAD')),
    );
    const unknown = await plan({}, '--since', 'nowhere');
    // Nothing at all is shown: neither Hetzner nor Terraform was asked before.
    expect(unknown).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--since nowhere') as string,
    });

    expect((await readdir(folder.local)).sort()).toEqual([
      '.gitignore',
      'logs',
      'terraform',
      'terraform.tfstate',
    ]);
  });

  it('whether the account’s limits suffice, counted with what others have in the project', async () => {
    const { plan, project, edit } = await site();
    await project.post('/servers', { name: 'other', server_type: 'cx23', image: 'debian-12' });
    const unstated = section((await plan()).stdout, 'Limits');
    expect(unlinked(unstated)).toEqual(
      expect.arrayContaining([
        'servers  1  +4  ?',
        'primary IPs  2  +8  ?',
        'placement groups  0  +2  50 a project',
        expect.stringContaining('with account.limits.servers and account.limits.primaryIps in cluster.yaml'),
      ]),
    );
    await edit((text) => `${text}account: { limits: { servers: 5, primaryIps: 8 } }\n`);
    const stated = section((await plan()).stdout, 'Limits');
    expect(unlinked(stated)).toContain('servers  1  +4  5 of the account');
    expect(stated.filter((line) => line.includes(' over '))).toEqual([
      'primary IPs: the project has 2 and would get 8 more; that is 2 over the account’s limit (account.limits.primaryIps) of 8.',
    ]);
  });

  it('what of that it cannot know here, and why; all else is there', async () => {
    const { plan, folder, upToSsh, env } = await site();
    const everywhere = ['Cluster prod, level 3', 'On the hosts'];
    const expectRest = (stdout: string) => {
      for (const text of everywhere) expect(stdout).toContain(text);
    };

    const noToken = await plan({ HCLOUD_TOKEN: '' });
    expect([noToken.exitCode, noToken.stderr]).toEqual([0, '']);
    expectRest(noToken.stdout);
    expect(section(noToken.stdout, 'At Hetzner').join('')).toContain(
      'Price, stock, limits and what Terraform would do are not known. HCLOUD_TOKEN is not set, so nothing can be asked of Hetzner. Make a token',
    );

    const wrongToken = await plan({ HCLOUD_TOKEN: 'x'.repeat(64) });
    expect(wrongToken.exitCode).toBe(7);
    expectRest(wrongToken.stdout);
    expect(wrongToken.stderr).toContain('Hetzner does not accept the token');

    const nobody = await plan({ HCLOUD_ENDPOINT: 'http://127.0.0.1:1234/v1', HTTPS_PROXY: 'http://proxy' });
    expect(nobody.exitCode).toBe(4);
    expectRest(nobody.stdout);
    expect(nobody.stdout).toContain(
      'Hetzner could not be asked: http://127.0.0.1:1234/v1/pricing: connect ECONNREFUSED 127.0.0.1:1234. HTTPS_PROXY is set, and Node.js uses it only with NODE_USE_ENV_PROXY=1',
    );

    await rm(folder.local, { recursive: true });
    await writeFile(folder.local, 'a file where a folder belongs');
    const readOnly = await plan();
    await rm(folder.local);
    expect(readOnly.exitCode).toBe(0);
    expectRest(readOnly.stdout);
    expect(section(readOnly.stdout, 'Terraform').join('')).toContain(
      'not known: This machine refused a file operation',
    );

    const noTerraform = await plan({ PATH: '/nonexistent' });
    expect(noTerraform.exitCode).toBe(0);
    expectRest(noTerraform.stdout);
    expect(section(noTerraform.stdout, 'Terraform').join('')).toMatch(
      /not known: terraform or tofu is not installed: not found in PATH\.$/,
    );
    expect(unlinked(section(noTerraform.stdout, 'Limits'))).toContain('servers  0  +4  ?');

    const running = start(['up', '--yes', '--ssh-timeout', '20', '-C', folder.root], { env });
    while (!existsSync(folder.runLock)) await new Promise((resolve) => setTimeout(resolve, 50));
    const busy = await plan();
    running.kill('SIGINT');
    await running;
    expect(busy.exitCode).toBe(0);
    expect(section(busy.stdout, 'Terraform').join('')).toMatch(/not known: `kubehaus up` \(process \d+/);

    await upToSsh();
    const clone = await mkdtemp(join(tmpdir(), 'clone-'));
    onTestFinished(() => rm(clone, { recursive: true }));
    await cp(folder.root, clone, { recursive: true, filter: (path) => !path.includes('.kubehaus') });
    const elsewhere = await kubehaus(['plan', '-C', clone], { env });
    expect(elsewhere.exitCode).toBe(0);
    expect(section(elsewhere.stdout, 'Terraform').join('')).toContain(
      `Servers were made, and Terraform’s state is not on this machine (${clusterFolder(clone).terraformState})`,
    );
  });
});

describe('limits that do not suffice', { timeout: 240_000 }, () => {
  it('are told by up before anything is made, where cluster.yaml states them', async () => {
    const { upToSsh, edit, project } = await site();
    await edit((text) => `${text}account: { limits: { servers: 3 } }\n`);
    const { exitCode, stdout, stderr } = await upToSsh();
    expect(exitCode).toBe(4);
    expect(stdout).toContain('Terraform: 8 to create');
    expect(stderr).toContain('Hetzner would refuse a part of this plan. Nothing was applied.');
    expect(stderr).toContain(
      'servers: the project has 0 and would get 4 more; that is 1 over the account’s limit (account.limits.servers) of 3.',
    );
    expect([project.state.servers, project.state.sshKeys, project.state.firewalls]).toEqual([[], [], []]);
  });

  it('break an apply off with Hetzner’s words and a way on; nothing is lost, and the same command goes on', async () => {
    const { upToSsh, limit, unlimited, project } = await site();
    await limit({ servers: 3 });
    const refused = await upToSsh();
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toMatch(
      /Hetzner’s limits of your account do not allow hcloud_server\.prod-(master-\d|worker-1)\./,
    );
    expect(refused.stderr).toContain('server limit exceeded');
    expect(refused.stderr).toContain('Ask for higher limits in the Hetzner Console (Limits)');
    const ids = project.state.servers.map(({ id }) => id);
    expect(ids).toHaveLength(3);

    await unlimited();
    expect((await upToSsh()).exitCode).toBe(5);
    expect(project.state.servers).toHaveLength(4);
    expect(project.state.servers.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });
});

describe('kubehaus plan --check-hosts', { timeout: 240_000 }, () => {
  it('says which hosts it could not ask, and leaves what is rendered as it is', async () => {
    const { upToSsh, plan, folder, edit } = await site();
    const none = await plan({}, '--check-hosts');
    expect(none.exitCode).toBe(3);
    expect(none.stderr).toContain('Run `kubehaus up` first.');

    await upToSsh();
    await edit((text) => text.replace('count: 1', 'count: 2'));
    const before = await readFile(join(folder.ansible, 'inventory', 'cluster.yml'), 'utf8');
    const { exitCode, stderr } = await plan({ ANSIBLE_TIMEOUT: '1' }, '--check-hosts');
    expect(exitCode).toBe(5);
    expect(stderr).toContain('4 nodes could not be reached over SSH.');
    // The fifth has no server yet.
    expect(stderr).not.toContain('prod-worker-2');
    expect(stderr).toMatch(/command: .*site\.yml .*--check --diff \(exit code 4\)/);
    expect(await readFile(join(folder.ansible, 'inventory', 'cluster.yml'), 'utf8')).toBe(before);
    expect(await readdir(folder.local)).not.toContain('ansible-preview');
  });
});
