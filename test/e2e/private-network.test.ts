import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nspawnMachines } from '../../lab/hosts/nspawn-machines.ts';
import { controlNamespace, privateNamespace } from '../../lab/names.ts';
import { ROOT } from '../render/scenarios.ts';
import { capture } from './capture.ts';
import { labCluster, removeLabNamed, type LabCluster } from './lab-cluster.ts';
import { expectAllReady, kubectl, serving } from './use-tests.ts';
import { eventually } from './waiting.ts';

const [MASTER, WORKER] = ['demo-master-1', 'demo-worker-1'] as const;
const NODES = [MASTER, WORKER];
const EXPECTED = { masters: [MASTER], workers: [WORKER], etcd: [MASTER] };
const PRIVATE = { [MASTER]: '10.64.0.111', [WORKER]: '10.64.0.121' };
const WIREGUARD = 'udp port 51820';

describe('a cluster whose mesh goes through a private network: one master, one worker', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await labCluster('e2epriv', 'private-network');
  });
  afterAll(async () => {
    await removeLabNamed('e2epriv');
  });

  /** Asks the lab's API, as the provider does. */
  async function ask<Answer>(path: string): Promise<Answer> {
    const { stdout } = await cluster.run([
      'sh',
      '-c',
      `curl -sS --fail -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT${path}"`,
    ]);
    return JSON.parse(stdout) as Answer;
  }
  const networks = async () => (await ask<{ networks: { id: number }[] }>('/networks')).networks;

  /** Calls between pods of all nodes, by their addresses and by a Service. */
  async function usePods(): Promise<void> {
    const { items } = JSON.parse(await kubectl(cluster, 'get', 'pods', '-l', 'app=probe', '-o', 'json')) as {
      items: { metadata: { name: string }; status: { podIP: string } }[];
    };
    expect(items).toHaveLength(2);
    for (const { metadata } of items) {
      const get = async (url: string) =>
        (await kubectl(cluster, 'exec', metadata.name, '--', '/probe', 'get', url)).trim();
      for (const other of items)
        expect(await get(`http://${other.status.podIP}:8080/`)).toBe(other.metadata.name);
      expect(items.map((pod) => pod.metadata.name)).toContain(
        await get('http://probe.default.svc.cluster.local/'),
      );
    }
  }

  it('comes up', async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
    await cluster.kubehaus(['kubeconfig', '--output', join(cluster.folder, '.kubehaus/kubeconfig')]);
    await expectAllReady(cluster, EXPECTED);
  });

  it('knows its peers by their private addresses alone', async () => {
    for (const node of NODES) {
      const endpoints = (await cluster.on(node, ['wg', 'show', 'wg0', 'endpoints'])).trim().split('\n');
      expect(endpoints.map((line) => line.split('\t')[1])).toEqual(
        NODES.filter((other) => other !== node).map((other) => `${PRIVATE[other]}:51820`),
      );
    }
  });

  it('sends its packets through the private network, whole, and none of them over the public addresses', async () => {
    const probes = await readFile(join(ROOT, 'test/e2e/probes.yaml'), 'utf8');
    const applied = await cluster.kubehaus(['tunnel', '--', 'kubectl', 'apply', '-f', '-'], {
      input: probes,
    });
    expect(applied.exitCode, applied.all).toBe(0);
    await kubectl(cluster, 'rollout', 'status', 'daemonset/probe', '--timeout=180s');
    await kubectl(cluster, '-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=180s');

    const [network] = (await networks()) as [{ id: number }];
    const inside = privateNamespace(cluster.lab.name, network.id);
    const [overPublic, throughPrivate, inPieces] = await Promise.all([
      capture(controlNamespace(cluster.lab.name), WIREGUARD),
      capture(inside, WIREGUARD),
      capture(inside, 'ip[6:2] & 0x3fff != 0'),
    ]);
    await usePods();
    // A large answer, so that there are packets as full as the mesh makes them.
    const read = await cluster.on(WORKER, [
      'sh',
      '-c',
      'curl -sSk --cert /var/lib/kubelet/pki/kubelet-client-current.pem https://10.0.1.11:6443/openapi/v2 | wc -c',
    ]);
    expect(Number(read.trim())).toBeGreaterThan(100_000);

    expect((await throughPrivate.stop()).length).toBeGreaterThan(100);
    expect(await overPublic.stop()).toEqual([]);
    expect(await inPieces.stop()).toEqual([]);
  });

  it('changes nothing and restarts nothing when it is brought up again', async () => {
    const before = await serving(cluster, NODES);
    const ended = await cluster.kubehaus(['up', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.all).toContain('No changes.');
    expect(ended.all).toContain('nothing changed');
    expect(await serving(cluster, NODES)).toEqual(before);
  });

  it('has its private address, and its peers, after a reboot', async () => {
    const { id } = (await cluster.hosts()).get(WORKER) as { id: number };
    const booted = () => cluster.on(WORKER, ['cat', '/proc/sys/kernel/random/boot_id']);
    const before = await booted();
    await nspawnMachines(cluster.lab).reboot(id);
    await eventually(120, async () => {
      expect(await booted()).not.toBe(before);
    });
    expect(await cluster.on(WORKER, ['ip', '-oneline', '-4', 'address', 'show', 'dev', 'enp7s0'])).toContain(
      `${PRIVATE[WORKER]}/32`,
    );
    await eventually(120, async () => {
      await expectAllReady(cluster, EXPECTED);
      await usePods();
    });
  });

  it('leaves nothing behind when it is destroyed, its network included', async () => {
    const ended = await cluster.kubehaus(['destroy', '--yes']);
    expect(ended.exitCode, ended.all).toBe(0);
    expect(await networks()).toEqual([]);
    expect(await ask<object>('/servers')).toMatchObject({ servers: [] });
  });
});
