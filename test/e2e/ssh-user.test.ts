import { execa } from 'execa';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { sshKeyFile } from '../../lab/ssh-key.ts';
import type { ClusterStatus } from '../../drive/status.ts';
import { labCluster, removeLabNamed, type LabCluster, type RunOptions } from './lab-cluster.ts';
import { expectAllReady, serving } from './use-tests.ts';
import { eventually } from './waiting.ts';

const NODE = 'demo-master-1';
const SNAPSHOTS = '/var/backups/etcd';
const ADMIN = '/etc/kubernetes/admin.conf';

describe('one machine, where ops logs in with a key that only an agent has, and etcd is saved', () => {
  let cluster: LabCluster;
  let socket: string;
  let stopAgent: () => void = () => undefined;

  beforeAll(async () => {
    cluster = await labCluster('e2eu', 'level-3');
    change((yaml) => {
      yaml.setIn(['controlPlane', 'count'], 1);
      yaml.deleteIn(['workers']);
      yaml.setIn(['ssh', 'user'], 'ops');
      yaml.setIn(
        ['etcd'],
        // The host's own delay, up to a minute, comes on top.
        yaml.createNode({
          placement: 'stacked',
          snapshots: { schedule: '*:*', keep: 2, folder: SNAPSHOTS },
        }),
      );
    });
    socket = join(cluster.lab.folder, 'agent');
    const agent = execa('ssh-agent', ['-D', '-a', socket], { reject: false });
    stopAgent = () => agent.kill();
    await eventually(10, () =>
      execa('ssh-add', [sshKeyFile(cluster.lab)], { env: { SSH_AUTH_SOCK: socket } }),
    );
  });
  afterAll(async () => {
    stopAgent();
    await removeLabNamed('e2eu');
  });

  function change(edit: (yaml: ReturnType<typeof parseDocument>) => void): void {
    const file = join(cluster.folder, 'cluster.yaml');
    const yaml = parseDocument(readFileSync(file, 'utf8'));
    edit(yaml);
    writeFileSync(file, yaml.toString({ lineWidth: 0 }));
  }

  /** kubehaus, whose only key is in the agent. */
  const withAgent = (): RunOptions => ({ env: { KUBEHAUS_SSH_KEY: undefined, SSH_AUTH_SOCK: socket } });
  async function succeeds(...args: readonly string[]): Promise<string> {
    const ended = await cluster.kubehaus(args, withAgent());
    expect(ended.exitCode, ended.all).toBe(0);
    return ended.stdout;
  }
  const onNode = (...command: readonly string[]) => succeeds('ssh', NODE, '--', ...command);
  const status = async () => JSON.parse(await succeeds('status', '--json')) as ClusterStatus;

  it('comes up, and is used like any other', async () => {
    await succeeds('up', '--yes');
    expect((await onNode('id', '--user', '--name')).trim()).toBe('ops');
    // One of the agent's keys, by its public half.
    await succeeds('ssh', '--ssh-key', `${sshKeyFile(cluster.lab)}.pub`, NODE, '--', 'true');
    await succeeds('kubeconfig');
    await expectAllReady(
      { ...cluster, kubehaus: (args, options) => cluster.kubehaus(args, { ...withAgent(), ...options }) },
      { masters: [NODE], workers: [], etcd: [NODE] },
    );
  });

  it('lets root in no more, with the very key that is ops’s', async () => {
    const { address } = (await cluster.hosts()).get(NODE) as { address: string };
    const options = ['-i', sshKeyFile(cluster.lab), '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no'];
    const known = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
    const as = (user: string) => cluster.run(['ssh', ...options, ...known, `${user}@${address}`, 'whoami']);
    expect(await as('ops')).toMatchObject({ exitCode: 0, stdout: 'ops' });
    const root = await as('root');
    expect(root.exitCode).not.toBe(0);
    expect(root.stdout).toContain('Please login as the user "ops" rather than the user "root".');
  });

  const list = async () => (await onNode('sudo', 'ls', '-1', SNAPSHOTS)).trim().split('\n');
  /** What the timer starts. */
  const snapshot = () => onNode('sudo', 'systemctl', 'start', 'etcd-snapshot.service');

  it('saves etcd on schedule, and etcdutl finds the snapshot whole', async () => {
    const { metadata } = JSON.parse(
      await onNode('sudo', 'kubectl', `--kubeconfig=${ADMIN}`, 'get', '--raw', '/api/v1/namespaces'),
    ) as { metadata: { resourceVersion: string } };
    // The timer goes on, and keeps two: the newest comes to hold all that the cluster held just now.
    const path = await eventually(180, async () => {
      const newest = join(SNAPSHOTS, (await list()).at(-1) ?? '');
      const { revision, totalKey } = JSON.parse(
        await onNode('sudo', 'etcdutl', 'snapshot', 'status', newest, '--write-out=json'),
      ) as { revision: number; totalKey: number };
      expect(revision).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
      expect(totalKey).toBeGreaterThan(100);
      return newest;
    });
    // With the hash that etcdctl put at its end.
    const restored = '/var/tmp/restored';
    await onNode('sudo', 'etcdutl', 'snapshot', 'restore', path, '--data-dir', restored);
    await onNode('sudo', 'rm', '-r', restored);
    expect(await onNode('sudo', 'stat', '--format=%U %a', SNAPSHOTS, path)).toBe('root 700\nroot 600');
    const [node] = (await status()).nodes;
    expect(Date.parse(node?.snapshots?.newest ?? '')).toBeGreaterThan(Date.now() - 150_000);
  });

  it('keeps as many snapshots as it shall: the newest', async () => {
    await snapshot();
    await sleep(1000); // their names have the second
    await snapshot();
    const before = await list();
    await sleep(1000);
    await snapshot();
    const after = await list();
    expect([before.length, after.length]).toEqual([2, 2]);
    expect(after).not.toContain(before[0]);
  });

  it('says that a snapshot failed, until one succeeds', async () => {
    const aside = `${SNAPSHOTS}-aside`;
    // At once, since the timer goes on.
    await onNode('sudo', 'sh', '-c', `mv ${SNAPSHOTS} ${aside} && touch ${SNAPSHOTS}`);
    await cluster.kubehaus(
      ['ssh', NODE, '--', 'sudo', 'systemctl', 'start', 'etcd-snapshot.service'],
      withAgent(),
    );
    const ended = await cluster.kubehaus(['status'], withAgent());
    expect(ended.exitCode, ended.all).toBe(9);
    expect(ended.all).toContain(`${NODE}: the last snapshot of etcd failed`);
    await onNode('sudo', 'sh', '-c', `rm ${SNAPSHOTS} && mv ${aside} ${SNAPSHOTS}`);
    await snapshot();
    expect((await status()).healthy).toBe(true);
  });

  it('is changed by what cluster.yaml says of snapshots, and etcd serves on', async () => {
    const running = () => serving({ ...cluster, on: (_node, command) => onNode(...command) }, [NODE]);
    const configure = () => succeeds('configure', '--', '--tags', 'etcd');
    const before = await running();
    expect(await succeeds('up', '--yes')).toContain('nothing changed on 1 node');

    change((yaml) => {
      yaml.setIn(['etcd', 'snapshots', 'keep'], 1);
    });
    await configure();
    await snapshot();
    expect(await list()).toHaveLength(1);

    change((yaml) => {
      yaml.setIn(['etcd', 'snapshots', 'enabled'], false);
    });
    await configure();
    expect(await onNode('systemctl', 'list-units', '--all', '--no-legend', 'etcd-snapshot.*')).toBe('');
    expect(await onNode('find', '/etc/systemd', '-name', 'etcd-snapshot*')).toBe('');
    expect(await list()).toHaveLength(1);
    expect((await status()).nodes[0]).not.toHaveProperty('snapshots');
    expect(await configure()).toContain('nothing changed on 1 node');
    expect(await running()).toEqual(before);
  });
});
