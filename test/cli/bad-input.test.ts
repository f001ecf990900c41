import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { addressesDocument } from '../../drive/inventory.ts';
import { lockPlan } from '../../drive/render-folder.ts';
import { findAnsible } from '../../drive/tools.ts';
import { writeIfChanged } from '../../drive/write-file.ts';
import { CLUSTER_YAML, folderWith, temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { kubehaus } from './kubehaus.ts';

// Each call is a process of its own; on a busy machine it takes seconds to start.
vi.setConfig({ testTimeout: 180_000 });

/** A folder to use as the whole PATH: node, ssh, and what is asked for. */
async function pathWith(...programs: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const program of ['ssh', ...programs]) {
    const { stdout } = await execa('which', [program]);
    await symlink(stdout, join(folder, program));
  }
  return folder;
}

async function script(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

const fewWords = (text: string) => text.split('\n').length;

describe('a cluster.yaml that is wrong', () => {
  it('is refused with every problem at once, each with its line, path and remedy; nothing is made', async () => {
    const folder = await folderWith(`name: Prod
controlPlane:
  count: 2
  serverTyp: cx33
network:
  podCidr: 10.244.0.0/33
ssh:
  publicKeys: [hello]
`);
    for (const command of [['validate'], ['up', '--yes']]) {
      const { exitCode, stderr, stdout } = await kubehaus([...command, '-C', folder.root]);
      expect(exitCode).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toContain('5 problems');
      expect(stderr).toContain('cluster.yaml:1 name: "Prod" is not a DNS label. Use lower-case letters');
      expect(stderr).toContain('cluster.yaml:3 controlPlane.count: 2 etcd members survive no more');
      expect(stderr).toContain(
        'cluster.yaml:4 controlPlane.serverTyp: unknown field "serverTyp". Did you mean "serverType"?',
      );
      expect(stderr).toContain('cluster.yaml:6 network.podCidr: "10.244.0.0/33" is not an IPv4 network');
      expect(stderr).toContain('cluster.yaml:8 ssh.publicKeys[0]: is not an OpenSSH public key');
    }
    expect(await readdir(folder.root)).toEqual(['cluster.yaml']);
  });

  it('is not there: says where it was looked for', async () => {
    const folder = await temporaryFolder();
    const { exitCode, stderr } = await kubehaus(['validate'], { cwd: folder });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`There is no ${folder}/cluster.yaml.`);
    expect(stderr).toContain('kubehaus init');
  });

  it('has a lock file that cannot be read: nothing is renumbered', async () => {
    const folder = await folderWith();
    await writeFile(folder.lockYaml, 'version: 2\n');
    const { exitCode, stderr } = await kubehaus(['render', '-C', folder.root]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('cluster.lock.yaml');
    expect(await readdir(folder.root)).not.toContain('rendered');
  });
});

describe('a machine on which something is missing', () => {
  const untouched = async (root: string) => expect(await readdir(root)).toEqual(['cluster.yaml']);

  it('no token: up and destroy say where to get one, and make nothing', async () => {
    const folder = await folderWith();
    for (const command of ['up', 'destroy']) {
      for (const token of [undefined, '  ']) {
        const { exitCode, stderr } = await kubehaus([command, '--yes', '-C', folder.root], {
          env: { HCLOUD_TOKEN: token },
        });
        expect(exitCode).toBe(7);
        expect(stderr).toContain('HCLOUD_TOKEN is not set');
        expect(stderr).toContain('export HCLOUD_TOKEN=');
        expect(fewWords(stderr)).toBeLessThan(4);
      }
    }
    await untouched(folder.root);
  });

  it('no terraform, no token, no such key: says all that is missing at once, and what to do about each', async () => {
    const folder = await folderWith();
    const key = join(folder.root, 'no-such-key');
    const { exitCode, stderr } = await kubehaus(['up', '--yes', '--ssh-key', key, '-C', folder.root], {
      env: { PATH: await pathWith() },
    });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('3 things are missing on this machine. Nothing was changed.');
    expect(stderr).toContain('1. terraform or tofu is not installed');
    expect(stderr).toContain('https://opentofu.org');
    expect(stderr).toContain(`2. The private SSH key ${key} cannot be read.`);
    expect(stderr).toContain('3. HCLOUD_TOKEN is not set');
    expect(stderr).toContain('export HCLOUD_TOKEN=');
    expect(stderr.match(/Nothing was changed/g)).toHaveLength(1);
    await untouched(folder.root);
  });

  it('no such key: told by every command that logs in, which then asks no host', async () => {
    const folder = await folderWith();
    const plan = await lockPlan(folder);
    const servers = plan.nodes.map(
      ({ name }, index) => [name, { id: '1', ipv4: `127.0.0.${index + 1}` }] as const,
    );
    await writeIfChanged(folder.addresses, addressesDocument(new Map(servers)));
    for (const command of [['ssh', 'prod-master-1'], ['status'], ['kubeconfig', '--print'], ['tunnel']])
      expect(
        await kubehaus([...command, '-C', folder.root], {
          env: { KUBEHAUS_SSH_KEY: '~/no-such-key', HOME: folder.root },
        }),
      ).toEqual({
        exitCode: 7,
        stdout: '',
        stderr: [
          'kubehaus: The private SSH key ~/no-such-key cannot be read. Nothing was changed.',
          `  ENOENT: no such file or directory, access '${join(folder.root, 'no-such-key')}'`,
          'Name the file with --ssh-key <file> or KUBEHAUS_SSH_KEY; for a key that only your agent has, its .pub file; or neither, to use your agent and your default keys.',
        ].join('\n'),
      });
  });

  it('a terraform that is too old', async () => {
    const folder = await folderWith();
    const path = await pathWith();
    await script(path, 'terraform', `echo '{"terraform_version": "1.8.5"}'`);
    const { exitCode, stderr } = await kubehaus(['up', '--yes', '-C', folder.root], { env: { PATH: path } });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('terraform is version 1.8.5, but kubehaus needs 1.9 or newer');
    await untouched(folder.root);
  });

  it('a terraform that does not work shows its own words', async () => {
    const folder = await folderWith();
    const path = await pathWith();
    await script(path, 'terraform', 'echo "cannot open shared object file" >&2; exit 127');
    const { exitCode, stderr } = await kubehaus(['up', '--yes', '-C', folder.root], { env: { PATH: path } });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('cannot open shared object file');
    await untouched(folder.root);
  });

  it('an ansible-playbook that is too old', async () => {
    const folder = await folderWith();
    const path = await pathWith('terraform');
    await script(path, 'ansible-playbook', 'echo "ansible-playbook [core 2.18.9]"');
    const { exitCode, stderr } = await kubehaus(['up', '--yes', '-C', folder.root], {
      env: { PATH: path, HCLOUD_TOKEN: 'x', HCLOUD_ENDPOINT: 'http://127.0.0.1:9/v1' },
    });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('ansible-playbook is version 2.18.9, but kubehaus needs 2.19 or newer');
    await untouched(folder.root);
  });

  it('finds the ansible-playbook of a work tree without PATH', async () => {
    const { version } = await findAnsible(process.env);
    expect(version).toMatch(/^2\.(19|[2-9]\d)\./);
  });

  it('a folder that cannot be written to is no bug', async () => {
    const folder = await folderWith();
    await mkdir(join(folder.root, 'rendered'));
    await writeFile(join(folder.root, 'rendered', 'ansible'), 'a file where a folder belongs');
    const { exitCode, stderr } = await kubehaus(['render', '-C', folder.root]);
    expect(exitCode).toBe(7);
    expect(stderr).not.toContain('bug');
  });
});

describe('arguments that are wrong', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['help', 'nonsense'], "unknown command 'nonsense'"],
    [['help', 'plna'], 'Did you mean plan?'],
    [['up', '--nonsense'], "unknown option '--nonsense'"],
    [['ssh'], "missing required argument 'node'"],
    [['up', '--ssh-timeout', 'soon'], 'It must be a number of seconds above 0.'],
    [['init', '--name', 'x', '--masters', '-1'], 'It must be a whole number.'],
    [[], 'Usage: kubehaus'],
  ])('%j', async (args, words) => {
    const { exitCode, stderr } = await kubehaus(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });

  it('a node that is not in the cluster: names those that are', async () => {
    const folder = await folderWith();
    const { exitCode, stderr } = await kubehaus(['ssh', 'prod-master-9', '-C', folder.root]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('prod-master-1, prod-master-2, prod-master-3, prod-worker-1');
  });

  it('a node that has no server yet', async () => {
    const folder = await folderWith();
    for (const args of [['ssh', 'prod-master-1'], ['status'], ['configure']]) {
      const { exitCode, stderr } = await kubehaus([...args, '-C', folder.root]);
      expect(exitCode).toBe(3);
      expect(stderr).toContain('Run `kubehaus up` first.');
    }
  });
});

describe('help', () => {
  it('shows every command and every exit code, and each command has its own', async () => {
    const { exitCode, stdout } = await kubehaus(['--help']);
    expect(exitCode).toBe(0);
    for (const command of 'init validate plan render diff up configure kubeconfig tunnel status ssh destroy'.split(
      ' ',
    )) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(stdout).toMatch(/^ +130 +stopped by you/m);
    const { stdout: help } = await kubehaus(['help', 'kubeconfig']);
    expect(help).toContain('kubehaus tunnel -- kubectl get nodes');
    expect(help).toContain('-C, --cluster <folder>');
    expect(await kubehaus(['help'])).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('tells its version', async () => {
    const { exitCode, stdout } = await kubehaus(['--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('the folder of a cluster', () => {
  it('comes from -C, before or after the command, or from KUBEHAUS_CLUSTER, or is the working directory', async () => {
    const { root } = await folderWith(CLUSTER_YAML);
    const valid = 'cluster.yaml is valid: prod, level 3, 4 nodes.';
    expect((await kubehaus(['-C', root, 'validate'])).stdout).toBe(valid);
    expect((await kubehaus(['validate', '-C', root])).stdout).toBe(valid);
    expect((await kubehaus(['validate'], { env: { KUBEHAUS_CLUSTER: root } })).stdout).toBe(valid);
    expect((await kubehaus(['validate'], { cwd: root })).stdout).toBe(valid);
  });
});
