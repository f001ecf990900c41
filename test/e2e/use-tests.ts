import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inControlNamespace } from '../../lab/network/namespaces.ts';
import { nspawnMachines } from '../../lab/hosts/nspawn-machines.ts';
import { ROOT } from '../render/scenarios.ts';
import { etcdctlCommand } from './etcdctl.ts';
import type { LabCluster } from './lab-cluster.ts';
import { playbook } from './playbook.ts';
import { eventually } from './waiting.ts';

/** Which nodes a cluster is expected to have. */
export interface Expected {
  readonly masters: readonly string[];
  readonly workers: readonly string[];
  readonly etcd: readonly string[];
}

interface KubeNode {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly podCIDR: string };
  readonly status: {
    readonly conditions: { readonly type: string; readonly status: string }[];
    readonly addresses: { readonly type: string; readonly address: string }[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP?: string; readonly phase: string };
}

/** kubectl as the operator runs it: the merged kubeconfig, through the tunnel. */
export async function kubectl(cluster: LabCluster, ...args: readonly string[]): Promise<string> {
  const ended = await cluster.kubehaus(['tunnel', '--', 'kubectl', ...args]);
  if (ended.exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ended.all}`);
  return ended.stdout;
}

export async function expectAllReady(cluster: LabCluster, { masters, workers }: Expected): Promise<void> {
  const { items } = JSON.parse(await kubectl(cluster, 'get', 'nodes', '-o', 'json')) as { items: KubeNode[] };
  const ready = items.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  expect(ready.map(({ metadata }) => metadata.name).sort()).toEqual([...masters, ...workers].sort());
}

/** Pids and start times of all that serves a cluster, by node: `name pid start`. */
export async function serving(
  cluster: LabCluster,
  nodes: readonly string[],
): Promise<Record<string, string[]>> {
  const names = [
    'etcd',
    'kube-apiserver',
    'kube-controller',
    'kube-scheduler',
    'nginx',
    'containerd',
    'kubelet',
    'kube-proxy',
    'wireguard-go',
  ];
  const entries = await Promise.all(
    nodes.map(async (node) => {
      const lines = await cluster.on(node, ['ps', '-C', names.join(','), '-o', 'comm=,pid=,lstart=']);
      return [
        node,
        lines
          .split('\n')
          .map((line) => line.trim())
          .sort(),
      ] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/**
 * What serves a cluster (see `serving`) once nothing of it starts or ends by itself any more: after a reboot, kubelet
 * starts controller managers and schedulers anew that gave up before their API server answered (10 s after their start).
 */
export async function settled(
  cluster: LabCluster,
  { masters, workers, etcd }: Expected,
): Promise<Record<string, string[]>> {
  const nodes = [...new Set([...masters, ...workers, ...etcd])];
  return await eventually(180, async () => {
    const before = await serving(cluster, nodes);
    for (const master of masters) {
      for (const name of ['kube-apiserver', 'kube-controller', 'kube-scheduler']) {
        expect(
          before[master]?.filter((line) => line.startsWith(name)),
          `${name} on ${master}`,
        ).toHaveLength(1);
      }
    }
    await sleep(15_000);
    expect(await serving(cluster, nodes)).toEqual(before);
    return before;
  });
}

/** What users rely on, whatever the level. Registers tests; `cluster()` is a cluster that is up. */
export function itIsUsable(cluster: () => LabCluster, expected: Expected): void {
  const { masters, workers, etcd } = expected;
  const kubeNodes = [...masters, ...workers];
  const all = [...new Set([...kubeNodes, ...etcd])];
  const [first] = masters as [string];
  const [etcdMember] = etcd as [string];

  /** Kills a node's host for as long as `during` takes; the cluster must heal by itself once it is back. */
  async function withoutHost(node: string, during: () => Promise<void>): Promise<void> {
    const { id } = (await cluster().hosts()).get(node) as { id: number };
    const machines = nspawnMachines(cluster().lab);
    await machines.powerOff(id);
    try {
      await during();
    } finally {
      await machines.powerOn(id);
    }
    await eventually(180, () => expectAllReady(cluster(), expected));
    await eventually(120, async () => {
      const ended = await cluster().kubehaus(['status']);
      expect(ended.exitCode, ended.all).toBe(0);
    });
  }

  /** Whether each member is healthy, as one that is asked sees it. */
  async function etcdHealth(): Promise<boolean[]> {
    const command = etcdctlCommand('endpoint', 'health', '--cluster', '--write-out=json');
    const answer = await cluster().on(etcdMember, command);
    return (JSON.parse(answer) as { health: boolean }[]).map(({ health }) => health);
  }

  async function probePods(): Promise<Pod[]> {
    const answer = await kubectl(cluster(), 'get', 'pods', '-l', 'app=probe', '-o', 'json');
    return (JSON.parse(answer) as { items: Pod[] }).items;
  }

  it('gets a kubeconfig with a context for any master and one for each, readable by its owner alone', async () => {
    const file = join(cluster().folder, '.kubehaus/kubeconfig');
    const ended = await cluster().kubehaus(['kubeconfig', '--output', file]);
    expect(ended.exitCode, ended.all).toBe(0);
    const { stdout } = await cluster().run(['kubectl', 'config', 'get-contexts', '-o', 'name']);
    const contexts = ['demo-any-master', ...masters];
    expect(stdout.split('\n').sort()).toEqual(expect.arrayContaining(contexts));
    expect((await cluster().run(['stat', '-c', '%a', file])).stdout).toBe('600');
    // Each context reaches the API by itself.
    for (const context of contexts) {
      expect(await kubectl(cluster(), '--context', context, 'get', '--raw', '/readyz')).toBe('ok');
    }
  });

  it('has every node Ready, in its role, with its mesh address and its pod network', async () => {
    await expectAllReady(cluster(), expected);
    const { items } = JSON.parse(await kubectl(cluster(), 'get', 'nodes', '-o', 'json')) as {
      items: KubeNode[];
    };
    for (const { metadata, spec, status } of items) {
      const label = masters.includes(metadata.name) ? 'control-plane' : 'worker';
      expect(metadata.labels).toHaveProperty([`node-role.kubernetes.io/${label}`]);
      expect(status.addresses).toContainEqual({
        type: 'InternalIP',
        address: expect.stringMatching(/^10\.0\.1\./) as string,
      });
      expect(spec.podCIDR).toMatch(/^10\.244\.\d+\.0\/24$/);
    }
    expect(new Set(items.map(({ spec }) => spec.podCIDR)).size).toBe(items.length);
  });

  it('reports itself as healthy', async () => {
    const ended = await cluster().kubehaus(['status', '--json']);
    expect(ended.exitCode, ended.all).toBe(0);
  });

  it('has a healthy etcd that takes nobody without a certificate of its CA', async () => {
    expect(await etcdHealth()).toEqual(etcd.map(() => true));

    for (const node of etcd) {
      const address = (
        await cluster().on(node, ['sh', '-c', "ip -4 -o address show wg0 | awk '{print $4}' | cut -d/ -f1"])
      ).trim();
      const curl = async (...args: readonly string[]) =>
        cluster().on(node, ['sh', '-c', `curl -s -m 5 ${args.join(' ')}; echo "exit $?"`]);
      // The same request, with a certificate, is answered: the refusals below are not of a server that is down.
      const pki = '--cacert /etc/etcd/pki/ca.crt';
      const key = '--cert /etc/etcd/pki/member.crt --key /etc/etcd/pki/member.key';
      expect(await curl(pki, key, `https://${address}:2379/version`)).toContain('etcdserver');
      for (const port of [2379, 2380]) {
        expect(await curl(`http://${address}:${port}/version`), `plain, ${node}:${port}`).not.toMatch(
          /exit 0|etcdserver/,
        );
        expect(
          await curl(pki, `https://${address}:${port}/version`),
          `no certificate, ${node}:${port}`,
        ).not.toMatch(/exit 0|etcdserver/);
      }
    }
  });

  it('lets pods reach each other, Services and DNS, from every node, and only WireGuard, SSH and ICMP cross the wire', async () => {
    await execaIn(
      cluster(),
      ['kubehaus', 'tunnel', '--', 'kubectl', 'apply', '-f', '-'],
      readFileSync(join(ROOT, 'test/e2e/probes.yaml'), 'utf8'),
    );
    await kubectl(cluster(), 'rollout', 'status', 'daemonset/probe', '--timeout=180s');
    const pods = await probePods();
    expect(pods.map(({ spec }) => spec.nodeName).sort()).toEqual([...kubeNodes].sort());
    await kubectl(
      cluster(),
      '-n',
      'kube-system',
      'rollout',
      'status',
      'deployment/coredns',
      '--timeout=180s',
    );

    // Every host's wire, as seen from outside of all of them.
    const [program, ...args] = inControlNamespace(cluster().lab, [
      'tcpdump',
      '-i',
      'any',
      '-n',
      '-l',
      '-q',
      'src net 203.0.113.0/24 and dst net 203.0.113.0/24',
    ]);
    const capture = execa(program, args, { reject: false, maxBuffer: 1 << 28 });
    await eventually(10, async () => {
      const { stdout } = await execa('ps', ['-p', String(capture.pid), '-o', 'comm=']);
      expect(stdout).not.toBe('');
    });
    for (const pod of pods) {
      const inPod = async (...probe: readonly string[]) =>
        (await kubectl(cluster(), 'exec', pod.metadata.name, '--', '/probe', ...probe)).trim();
      for (const other of pods) {
        expect(
          await inPod('get', `http://${String(other.status.podIP)}:8080/`),
          `${pod.spec.nodeName} → ${other.spec.nodeName}`,
        ).toBe(other.metadata.name);
      }
      expect(pods.map(({ metadata }) => metadata.name)).toContain(
        await inPod('get', 'http://probe.default.svc.cluster.local/'),
      );
      expect(await inPod('resolve', 'kubernetes.default.svc.cluster.local')).toBe('10.96.0.1');
    }
    const serviceIp = await kubectl(cluster(), 'get', 'service', 'probe', '-o', 'jsonpath={.spec.clusterIP}');
    for (const node of kubeNodes) {
      const answer = await cluster().on(node, ['curl', '-s', '-m', '5', `http://${serviceIp}/`]);
      expect(
        pods.map(({ metadata }) => metadata.name),
        `${node} → Service`,
      ).toContain(answer.trim());
    }
    capture.kill('SIGTERM');
    const packets = (await capture).stdout.split('\n').filter((line) => line.includes(' IP'));
    const wireguard = packets.filter((line) => / > \d+\.\d+\.\d+\.\d+\.51820: UDP/.test(line));
    // With one machine alone nothing needs to cross the wire.
    if (all.length > 1) expect(wireguard.length).toBeGreaterThan(100);
    expect(
      packets.filter((line) => !/\.51820: UDP/.test(line) && !/ICMP/.test(line) && !/\.22[: ]/.test(line)),
    ).toEqual([]);
  });

  it('has workers and kube-proxy speak to the load balancer of their own node, masters’ kubelets to their own apiserver', async () => {
    const peers = async (node: string, program: string) => {
      const lines = await cluster().on(node, ['ss', '-Htnp', 'state', 'established']);
      return lines
        .split('\n')
        .filter((line) => line.includes(`"${program}"`))
        .map((line) => line.trim().split(/\s+/)[3] ?? '')
        .filter((peer) => /:(6443|16443)$/.test(peer));
    };
    const addresses = new Map(
      (JSON.parse(await kubectl(cluster(), 'get', 'nodes', '-o', 'json')) as { items: KubeNode[] }).items.map(
        ({ metadata, status }) => [
          metadata.name,
          status.addresses.find(({ type }) => type === 'InternalIP')?.address,
        ],
      ),
    );
    for (const node of kubeNodes) {
      expect(new Set(await peers(node, 'kube-proxy')), `kube-proxy on ${node}`).toEqual(
        new Set(['127.0.0.1:16443']),
      );
      const own = masters.includes(node) ? `${String(addresses.get(node))}:6443` : '127.0.0.1:16443';
      expect(new Set(await peers(node, 'kubelet')), `kubelet on ${node}`).toEqual(new Set([own]));
    }
  });

  if (masters.length > 1) {
    it('goes on when a master’s host is killed outright, through every other node’s load balancer, and heals when it is back', async () => {
      await withoutHost(first, async () => {
        for (const node of kubeNodes.filter((name) => name !== first)) {
          // A node's own access goes through its load balancer; a master's administrator's does, too.
          const config = masters.includes(node)
            ? '/etc/kubernetes/admin.conf'
            : '/etc/kubernetes/kubelet.conf';
          for (let request = 0; request < 5; request++) {
            const command = [
              'kubectl',
              `--kubeconfig=${config}`,
              '--server=https://127.0.0.1:16443',
              '--request-timeout=10s',
              'get',
              'node',
              node,
              '-o',
              'name',
            ];
            expect(await cluster().on(node, command), `request ${request} on ${node}`).toBe(`node/${node}`);
          }
        }
        // Writes, too: the API is not just answering from memory. The operator's own context needs no particular master.
        await kubectl(cluster(), 'create', 'configmap', 'written-without-a-master');
      });
    });
  } else {
    it('heals by itself when its only master’s host was killed outright, and workers’ pods and etcd elsewhere go on meanwhile', async () => {
      const pods = (await probePods()).filter(({ spec }) => workers.includes(spec.nodeName));
      await withoutHost(first, async () => {
        for (const node of workers) {
          for (const { metadata, status } of pods) {
            const answer = await cluster().on(node, [
              'curl',
              '-s',
              '-m',
              '5',
              `http://${status.podIP}:8080/`,
            ]);
            expect(answer.trim(), `from ${node}`).toBe(metadata.name);
          }
        }
        if (!etcd.includes(first)) expect(await etcdHealth()).toEqual(etcd.map(() => true));
      });
    });
  }

  it('changes nothing and restarts nothing when the playbook is run again, by hand, without kubehaus', async () => {
    const before = await settled(cluster(), expected);
    for (const args of [['--check', '--diff'], []]) {
      const ended = await playbook(cluster(), 'site.yml', ...args);
      expect(ended.changed, ended.all).toEqual(Object.fromEntries(all.map((node) => [node, 0])));
    }
    expect(await serving(cluster(), all)).toEqual(before);
    expect(Object.values(before).every((processes) => processes.length > 1)).toBe(true);
  });
}

async function execaIn(cluster: LabCluster, [, ...args]: readonly string[], input: string): Promise<void> {
  const ended = await cluster.kubehaus(args, { input });
  if (ended.exitCode !== 0) throw new Error(ended.all);
}
