import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { folderWith, temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { kubehaus, start } from './kubehaus.ts';

// Each call is a process of its own; on a busy machine it takes seconds to start.
vi.setConfig({ testTimeout: 180_000 });

async function homeWithKeys(...keys: readonly string[]): Promise<string> {
  const home = await temporaryFolder();
  await mkdir(join(home, '.ssh'));
  for (const [index, key] of keys.entries()) {
    await writeFile(join(home, '.ssh', `id_${index}.pub`), `${key}\n`);
  }
  return home;
}

describe('kubehaus init', () => {
  it.each([
    [[], 'level 3, 5 nodes'],
    [['--masters', '1', '--workers', '0'], 'level 0, 1 node'],
    [['--masters', '1', '--etcd', '3', '--workers', '1'], 'level 2, 5 nodes'],
    [
      ['--masters', '2', '--etcd', '3', '--locations', 'hel1,fsn1', '--server-type', 'cax21'],
      'level 4, 7 nodes',
    ],
  ])('with %j writes a cluster.yaml that is valid: %s', async (flags, words) => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const folder = join(home, 'clusters', 'prod');
    const made = await kubehaus(['init', '--name', 'prod', '-C', folder, ...flags], { env: { HOME: home } });
    expect(made.stderr).toBe('');
    expect(made.exitCode).toBe(0);
    expect((await kubehaus(['validate', '-C', folder])).stdout).toContain(words);
    const text = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    expect(text).toContain(`    - ${PUBLIC_KEY}\n`);
    expect(text.split('\n').filter((line) => line.trim().startsWith('#')).length).toBeGreaterThan(8);
    expect(await readFile(join(folder, '.kubehaus/.gitignore'), 'utf8')).toBe('*\n!.gitignore\n');
  });

  it('takes the flags of hetzner-kube, tells what they became, and writes the cluster that it made', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const flags = [
      '-e',
      '3',
      '-m',
      '2',
      '-w',
      '3',
      '--ha-enabled',
      '--isolated-etcd',
      '--node-cidr',
      '10.9.0.0/16',
    ];
    const made = await kubehaus(
      [
        'init',
        '-n',
        'prod',
        '-C',
        home,
        ...flags,
        '--datacenters',
        'fsn1-dc8',
        '--master-server-type',
        'cx11',
      ],
      { env: { HOME: home } },
    );
    expect([made.exitCode, made.stdout]).toEqual([0, expect.not.stringContaining('note:')]);
    expect(made.stderr).toContain(
      'note: Servers are placed by location, not by datacenter: fsn1-dc8 becomes fsn1.',
    );
    expect(made.stderr).toContain(
      'note: --master-server-type cx11: Hetzner no longer sells it in these locations',
    );
    const { stdout } = await kubehaus(['plan', '-C', home]);
    expect(stdout).toContain('Cluster prod, level 4');
    expect(stdout).toMatch(/prod-etcd-3 .* 10\.9\.0\.3 .* cx23 .* fsn1/);
    expect(stdout).toMatch(/prod-worker-3 .* 10\.9\.0\.23 /);
  });

  it('names every flag that is wrong, and writes nothing', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const { exitCode, stderr } = await kubehaus(
      ['init', '-n', 'Prod', '-C', home, '-m', '4', '-w', '0', '--ha-enabled'],
      { env: { HOME: home } },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('These flags do not make a cluster: 3 problems. Nothing was written.');
    for (const flag of ['--worker-count: ', '--name: ', '--master-count: '])
      expect(stderr).toContain(`\n  ${flag}`);
    expect(await readdir(home)).toEqual(['.ssh']);
  });

  it('takes a public key file for --ssh-key, and nothing but public keys', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const other = PUBLIC_KEY.replace('ops@', 'other@');
    await writeFile(join(home, 'my.pub'), other);
    await writeFile(join(home, 'my'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    const init = (key: string) =>
      kubehaus(['init', '-n', 'prod', '-C', home, '-k', join(home, key)], { env: { HOME: home } });

    const refused = await init('my');
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('my is a private key')]);
    expect((await init('my.pub')).exitCode).toBe(0);
    const text = await readFile(join(home, 'cluster.yaml'), 'utf8');
    expect(text).toContain(other);
    expect(text).not.toContain(PUBLIC_KEY);
  });

  it.each(['--ssh-key', '--ssh-public-key', '--cloud-init'])(
    'refuses %s with a file that is not there, and writes nothing',
    async (flag) => {
      const home = await homeWithKeys(PUBLIC_KEY);
      const file = join(home, 'nowhere.pub');
      const { exitCode, stderr } = await kubehaus(['init', '-n', 'prod', '-C', home, flag, file], {
        env: { HOME: home },
      });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining(`${flag}: there is no file ${file}. Nothing was written.`),
      ]);
      expect(await readdir(home)).toEqual(['.ssh']);
    },
  );

  it('names the flag that is missing where it can’t ask: without a terminal, or beside other flags', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    for (const flags of [[], ['--masters', '1']]) {
      const { exitCode, stderr } = await kubehaus(['init', '-C', home, ...flags], { env: { HOME: home } });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining("error: required option '-n, --name <name>' not specified"),
      ]);
    }
  });

  it('overwrites nothing', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const args = ['init', '--name', 'prod', '-C', home];
    expect((await kubehaus(args, { env: { HOME: home } })).exitCode).toBe(0);
    await writeFile(join(home, 'cluster.yaml'), 'mine');

    const again = await kubehaus(args, { env: { HOME: home } });

    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('init overwrites nothing');
    expect(await readFile(join(home, 'cluster.yaml'), 'utf8')).toBe('mine');
  });

  it('refuses arguments that make no cluster, and writes nothing', async () => {
    const home = await homeWithKeys(PUBLIC_KEY);
    const { exitCode, stderr } = await kubehaus(['init', '--name', 'Prod', '--masters', '4', '-C', home], {
      env: { HOME: home },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"Prod" is not a DNS label');
    expect(await readdir(home)).toEqual(['.ssh']);
  });

  it('says how to make a key when there is none', async () => {
    const home = await temporaryFolder();
    const { exitCode, stderr } = await kubehaus(['init', '--name', 'prod', '-C', home], {
      env: { HOME: home },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('ssh-keygen -t ed25519');
  });
});

describe('kubehaus render', () => {
  it('writes the lock and the tree, says what it wrote, and nothing the second time', async () => {
    const { root } = await folderWith();
    const first = await kubehaus(['render', '-C', root]);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toContain('added    cluster.lock.yaml\n');
    expect(first.stdout).toContain('added    rendered/terraform/cdk.tf.json\n');

    const second = await kubehaus(['render', '-C', root]);
    expect(second.stdout).toMatch(/^0 added, 0 changed, 0 removed, \d+ unchanged$/);
    expect((await kubehaus(['render', '--check', '-C', root])).exitCode).toBe(0);
  });

  it('--check writes nothing and names what would change', async () => {
    const { root, clusterYaml, rendered } = await folderWith();
    const before = await kubehaus(['render', '--check', '-C', root]);
    expect(before.exitCode).toBe(9);
    expect(before.stderr).toContain('added    rendered/ansible/site.yml');
    expect(await readdir(root)).toEqual(['cluster.yaml']);

    await kubehaus(['render', '-C', root]);
    await writeFile(clusterYaml, (await readFile(clusterYaml, 'utf8')).replace('count: 1', 'count: 2'));
    await writeFile(join(rendered, 'ansible', 'site.yml'), 'edited by hand');
    await rm(join(rendered, 'ansible', 'etcd.yml'));
    await writeFile(join(rendered, 'stray'), 'of somebody');
    const after = await kubehaus(['render', '--check', '-C', root]);
    expect(after.exitCode).toBe(9);
    for (const change of [
      'changed  cluster.lock.yaml',
      'added    rendered/ansible/host_vars/prod-worker-2.yml',
      'changed  rendered/ansible/site.yml',
      'added    rendered/ansible/etcd.yml',
      'removed  rendered/stray',
    ]) {
      expect(after.stderr).toContain(change);
    }
    expect(await readFile(join(rendered, 'ansible', 'site.yml'), 'utf8')).toBe('edited by hand');
  });
});

describe('kubehaus plan', () => {
  it('shows the level and every node with its addresses, and changes nothing', async () => {
    const { root } = await folderWith();
    const { stdout, exitCode } = await kubehaus(['plan', '-C', root]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Cluster prod, level 3: several masters that also run etcd.');
    expect(stdout).toContain('Loses 1 of 3 masters: keeps working.');
    expect(stdout).toMatch(
      /prod-master-1 +control-plane +yes +10\.0\.1\.11 +10\.244\.0\.0\/24 +cx33 \(amd64\) +nbg1/,
    );
    expect(stdout).toMatch(/prod-worker-1 +worker +- +10\.0\.1\.21 +10\.244\.3\.0\/24/);
    expect(await readdir(root)).toEqual(['cluster.yaml']);
  });

  it('goes to its end when nobody reads what it prints any more', async () => {
    const { root } = await folderWith();
    const running = start(['plan', '-C', root]);
    running.stdout?.destroy();
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('--json is for scripts', async () => {
    const { root } = await folderWith();
    const { stdout } = await kubehaus(['plan', '--json', '-C', root]);
    expect((JSON.parse(stdout) as { nodes: unknown[] }).nodes).toHaveLength(4);
  });
});
