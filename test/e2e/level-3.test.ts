import { execa } from 'execa';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { nspawnMachines } from '../../lab/hosts/nspawn-machines.ts';
import { ROOT } from '../render/scenarios.ts';
import { deleteServer } from './delete-server.ts';
import { etcdctlCommand } from './etcdctl.ts';
import { labCluster, removeLabNamed, type LabCluster } from './lab-cluster.ts';
import { watchArguments } from './process-arguments.ts';
import { expectAllReady, itIsUsable, kubectl, type Expected } from './use-tests.ts';
import { eventually } from './waiting.ts';

const expected: Expected = {
  masters: ['demo-master-1', 'demo-master-2', 'demo-master-3'],
  workers: ['demo-worker-1', 'demo-worker-2'],
  etcd: ['demo-master-1', 'demo-master-2', 'demo-master-3'],
};
const nodes = [...expected.masters, ...expected.workers];

/**
 * kubeadm's tokens (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#token-format), whose second half has
 * a digit but for 1 in 120: it is 16 of 27 characters, 7 of them digits. Words that people write have none.
 */
const BOOTSTRAP_TOKEN = /\b[a-z0-9]{6}\.(?=[a-z]*\d)[a-z0-9]{16}\b/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

describe('a cluster of level 3: three masters with etcd, two workers', () => {
  let cluster: LabCluster;
  let commandLines: readonly string[];

  beforeAll(async () => {
    cluster = await labCluster('e2e3', 'level-3');
  });
  afterAll(async () => {
    await removeLabNamed('e2e3');
  });

  it('is not begun without a token, or with a wrong one, and nothing is made', async () => {
    const without = await cluster.kubehaus(['up', '--yes'], { env: { HCLOUD_TOKEN: undefined } });
    expect(without.exitCode).toBe(7);
    expect(without.all).toContain('HCLOUD_TOKEN');
    const wrong = await cluster.kubehaus(['up', '--yes'], { env: { HCLOUD_TOKEN: 'x'.repeat(64) } });
    expect(wrong.exitCode).toBe(7);
    expect(wrong.all).not.toContain('x'.repeat(64));
    expect(await servers(cluster)).toEqual([]);
  });

  it('asks before anything is made', async () => {
    const ended = await cluster.kubehaus(['up']);
    expect(ended.exitCode).toBe(2);
    expect(ended.all).toContain('--yes');
    expect(await servers(cluster)).toEqual([]);
  });

  it('comes up although the first try is killed in the middle of the control plane', async () => {
    const watch = watchArguments();
    const program = [process.execPath, join(ROOT, 'dist/cli/main.js'), '-C', cluster.folder, 'up', '--yes'];
    const first = cluster.start(program);
    await new Promise<void>((resolve, reject) => {
      let seen = '';
      first.all?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        // The first master is initialised, the others are about to join.
        if (/Run kubeadm init: changed/.test(seen)) resolve();
      });
      void first.then(({ all }) => {
        reject(new Error(`up ended before the control plane: ${String(all)}`));
      });
    });
    first.kill('SIGKILL');
    await first;
    // Its ansible-playbook goes down with it, or is still at work: both are what the next run must cope with.
    const second = await eventually(120, async () => {
      const ended = await cluster.kubehaus(['up', '--yes']);
      expect(ended.exitCode, ended.all).not.toBe(10);
      return ended;
    });
    commandLines = watch.stop();
    expect(second.exitCode, second.all).toBe(0);
    expect(second.all).toContain('install-workers');
  });

  itIsUsable(() => cluster, expected);

  it('leaves no private key and no token in what it rendered, in Terraform’s state, in logs or in arguments', async () => {
    const secrets = [
      (await readEnvironmentToken(cluster)) ?? '',
      ...(await Promise.all(
        nodes.map(
          async (node) =>
            /PrivateKey = (\S+)/.exec(await cluster.on(node, ['cat', '/etc/wireguard/private.conf']))?.[1] ??
            '',
        ),
      )),
      // The middle of each key that masters share.
      ...(await Promise.all(
        [
          '/etc/kubernetes/pki/ca.key',
          '/etc/kubernetes/pki/sa.key',
          '/etc/kubernetes/pki/front-proxy-ca.key',
          '/etc/etcd/pki/ca.key',
        ].map(async (file) => (await cluster.on('demo-master-1', ['cat', file])).split('\n')[2] ?? ''),
      )),
    ];
    expect(secrets.every((secret) => secret.length > 30)).toBe(true);

    const files = filesOf(cluster.folder).filter((path) => !path.endsWith('.kubehaus/kubeconfig'));
    expect(files.some((path) => path.includes('/logs/'))).toBe(true);
    expect(files.some((path) => path.endsWith('terraform.tfstate'))).toBe(true);
    const places: [place: string, text: string][] = [
      ...files.map((path): [string, string] => [path, readFileSync(path, 'latin1')]),
      ...commandLines.map((line): [string, string] => [`arguments: ${line.slice(0, 200)}`, line]),
    ];
    expect(commandLines.some((line) => line.includes('kubeadm join'))).toBe(true);
    for (const [place, text] of places) {
      expect(
        secrets.filter((secret) => text.includes(secret)),
        place,
      ).toEqual([]);
      expect(PRIVATE_KEY.test(text), `private key in ${place}`).toBe(false);
      expect(
        [...text.matchAll(BOOTSTRAP_TOKEN)].map(([token]) => token),
        `token in ${place}`,
      ).toEqual([]);
    }
  });

  it('is found unchanged by cdktf deploy', async () => {
    const ended = await cluster.run([join(ROOT, 'node_modules/.bin/cdktf'), 'deploy', '--auto-approve'], {
      cwd: ROOT,
      env: { KUBEHAUS_CLUSTER: cluster.folder, CI: '1' },
    });
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.all).toMatch(
      /No changes|0 to add, 0 to change, 0 to destroy|0 added, 0 changed, 0 destroyed/,
    );
  });

  it('stops everything when a host shows another SSH key than at first contact', async () => {
    const node = 'demo-worker-2';
    const { address } = (await cluster.hosts()).get(node) as { address: string };
    const insecurely = [
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'LogLevel=ERROR',
    ];
    const ssh = async (command: string) => {
      const ended = await cluster.run([
        'sh',
        '-c',
        `ssh -i "$KUBEHAUS_SSH_KEY" ${insecurely.join(' ')} root@${address} '${command}'`,
      ]);
      expect(ended.exitCode, ended.all).toBe(0);
    };
    await ssh(
      'cp -a /etc/ssh /root/ssh-before && rm /etc/ssh/ssh_host_*_key* && ssh-keygen -A >/dev/null && systemctl restart ssh',
    );
    try {
      const ended = await cluster.kubehaus(['configure']);
      expect(ended.exitCode, ended.all).toBe(8);
      expect(ended.all).toContain(node);
      expect(ended.all).not.toContain('[provision] begins');
    } finally {
      await ssh('cp -a /root/ssh-before/. /etc/ssh/ && rm -r /root/ssh-before && systemctl restart ssh');
    }
    expect((await cluster.kubehaus(['ssh', node, '--', 'true'])).exitCode).toBe(0);
  });

  it('refuses a release file with another SHA-256 on the host, before it is installed', async () => {
    const file = join(cluster.folder, 'cluster.yaml');
    const text = readFileSync(file, 'utf8');
    const before = await cluster.on('demo-worker-1', ['readlink', '-f', '/usr/local/bin/kubectl']);
    const sum = await cluster.on('demo-worker-1', ['sha256sum', '/usr/local/bin/kubectl']);
    writeFileSync(file, text.replace(/(amd64\/kubectl: "?)[0-9a-f]{64}/, `$1${'f'.repeat(64)}`));
    try {
      const ended = await cluster.kubehaus(['configure', '--', '--tags', 'provision']);
      expect(ended.exitCode, ended.all).toBe(6);
      expect(ended.all).toMatch(/has the SHA-256 [0-9a-f]{64}, not f{64} as pinned/);
    } finally {
      writeFileSync(file, text);
    }
    expect(await cluster.on('demo-worker-1', ['readlink', '-f', '/usr/local/bin/kubectl'])).toBe(before);
    expect(await cluster.on('demo-worker-1', ['sha256sum', '/usr/local/bin/kubectl'])).toBe(sum);
  });

  it('says which host can not be reached, survives a connection that is lost in the middle, and converges after both', async () => {
    const { id } = (await cluster.hosts()).get('demo-worker-1') as { id: number };
    const machines = nspawnMachines(cluster.lab);
    await machines.powerOff(id);
    const unreachable = await cluster.kubehaus(['configure', '--ssh-timeout', '5']);
    expect(unreachable.exitCode, unreachable.all).toBe(5);
    expect(unreachable.all).toContain('demo-worker-1');
    await machines.powerOn(id);

    const program = [process.execPath, join(ROOT, 'dist/cli/main.js'), '-C', cluster.folder, 'configure'];
    const cutOff = cluster.start(program);
    await new Promise<void>((resolve) => {
      cutOff.all?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('[network-setup] begins')) resolve();
      });
      void cutOff.then(() => {
        resolve();
      });
    });
    await machines.powerOff(id);
    const lost = await cutOff;
    await machines.powerOn(id);
    expect(lost.exitCode, String(lost.all)).toBe(5);
    expect(String(lost.all)).toContain('demo-worker-1');

    const ended = await cluster.kubehaus(['configure']);
    expect(ended.exitCode, ended.all).toBe(0);
    await eventually(120, () => expectAllReady(cluster, expected));
  });

  it('gets over the loss of the first master for good, and takes a new worker in, by the same command', async () => {
    const { id } = (await cluster.hosts()).get('demo-master-1') as { id: number };
    await deleteServer(cluster, id);
    await eventually(30, async () => expect(await servers(cluster)).toHaveLength(4));
    // The current context needs no particular master.
    await kubectl(cluster, 'create', 'configmap', 'written-while-one-was-gone');

    const file = join(cluster.folder, 'cluster.yaml');
    const document = parseDocument(readFileSync(file, 'utf8'));
    document.setIn(['workers', 0, 'count'], 3);
    writeFileSync(file, document.toString({ lineWidth: 0 }));
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);

    expect((await cluster.hosts()).get('demo-master-1')?.id).not.toBe(id);
    const grown = { ...expected, workers: [...expected.workers, 'demo-worker-3'] };
    await eventually(60, () => expectAllReady(cluster, grown));
    const status = await cluster.kubehaus(['status']);
    expect(status.exitCode, status.all).toBe(0);
    const { stdout } = await cluster.kubehaus([
      'ssh',
      'demo-master-1',
      '--',
      ...etcdctlCommand('member', 'list'),
    ]);
    const members = stdout.trim().split('\n');
    expect(members.map((line) => line.split(', ')[2]).sort()).toEqual(expected.etcd);
    expect(members.every((line) => line.includes('started') && line.endsWith('false'))).toBe(true);
    await kubectl(cluster, 'get', 'configmap', 'written-while-one-was-gone');

    const again = await cluster.kubehaus(['configure']);
    expect(again.all).toContain('nothing changed on 6 nodes');
  });

  it('is destroyed only when one says so, and then nothing of it is left', async () => {
    const asked = await cluster.kubehaus(['destroy']);
    expect(asked.exitCode).toBe(2);
    expect(await servers(cluster)).toHaveLength(6);
    const ended = await cluster.kubehaus(['destroy', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
    for (const kind of ['servers', 'ssh_keys', 'placement_groups', 'firewalls', 'primary_ips']) {
      expect(await listed(cluster, kind), kind).toEqual([]);
    }
    const { stdout } = await execa('ip', ['netns', 'list']);
    expect(stdout.split('\n').filter((line) => line.startsWith('khl-e2e3-'))).toEqual([]);
  });
});

async function listed(cluster: LabCluster, kind: string): Promise<unknown[]> {
  const request = `curl -sf -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/${kind}"`;
  const ended = await cluster.run(['sh', '-c', request]);
  expect(ended.exitCode, ended.all).toBe(0);
  return (JSON.parse(ended.stdout) as Record<string, unknown[]>)[kind] ?? [];
}

function servers(cluster: LabCluster): Promise<unknown[]> {
  return listed(cluster, 'servers');
}

async function readEnvironmentToken(cluster: LabCluster): Promise<string | undefined> {
  return (await cluster.run(['sh', '-c', 'printf %s "$HCLOUD_TOKEN"'])).stdout;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/.kubehaus/terraform/providers/'));
}
