import { z } from 'zod';
import type { NodeRole } from '../cluster/names.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { hostKeyChanged } from './errors.ts';
import { askSnapshots, type Snapshots } from './etcd-snapshots.ts';
import { PROBE_MS } from './hosts-over-ssh.ts';
import { readMadeHosts, type Host } from './inventory.ts';
import { loadFolder } from './load-folder.ts';
import { unitsOf } from './node-units.ts';
import { accessTo, asRoot, type SshAccess } from './ssh-command.ts';
import { ssh } from './ssh.ts';

/** A cluster's health as it is now. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly level: number;
  readonly healthy: boolean;
  readonly nodes: readonly NodeStatus[];
  /** What is wrong, in words; empty when healthy. */
  readonly findings: readonly string[];
}

export interface NodeStatus {
  readonly name: string;
  readonly role: NodeRole;
  /** Address in the mesh. */
  readonly address: string;
  readonly publicAddress: string;
  readonly serverId: string;
  /** `ok`, or why nobody gets in. */
  readonly ssh: string;
  /** systemd's word for each unit that must run here, e.g. `active`; empty when SSH does not answer. */
  readonly units: Readonly<Record<string, string>>;
  /** Health of the etcd member; only where one is. */
  readonly etcd?: string;
  /** Snapshots of the etcd member; only where it takes any. */
  readonly snapshots?: Snapshots;
  /** Kubernetes' condition Ready: `True`, `False`, `Unknown` or `missing`; only where a kubelet runs. */
  readonly ready?: string;
  /** Version of the kubelet as Kubernetes knows it. */
  readonly kubeletVersion?: string;
}

interface HostReport {
  readonly host: Host;
  readonly ssh: string;
  readonly units: Readonly<Record<string, string>>;
  readonly etcd?: string;
  readonly snapshots?: Snapshots;
}

interface KubernetesNode {
  readonly ready: string;
  readonly kubeletVersion: string;
}

/** Asks every node, and Kubernetes through the first master that answers. Changes nothing. */
export async function readStatus(
  folder: ClusterFolder,
  identityFile: string | undefined,
): Promise<ClusterStatus> {
  const { plan } = await loadFolder(folder);
  const hosts = await readMadeHosts(folder, plan);
  const made = new Set(hosts.map(({ node }) => node.name));
  const notMade = plan.nodes.filter(({ name }) => !made.has(name));
  const access = await accessTo(folder, plan, identityFile);
  const masters = hosts.filter(({ node }) => node.role === 'control-plane');
  const [reports, kubernetes] = await Promise.all([
    Promise.all(hosts.map((host) => askHost(access, plan, host))),
    askKubernetes(access, masters),
  ]);
  const nodes = reports.map((report) => nodeStatus(report, kubernetes));
  const findings = [
    ...nodes.flatMap(findingsOf),
    ...notMade.map(({ name }) => `${name} has no server yet: run \`kubehaus up\``),
    ...(typeof kubernetes === 'string' ? [kubernetes] : []),
  ];
  return { cluster: plan.name, level: plan.level, healthy: findings.length === 0, nodes, findings };
}

async function askHost(access: SshAccess, plan: ClusterPlan, host: Host): Promise<HostReport> {
  const units = unitsOf(plan, host.node);
  const { snapshots } = plan.config.etcd;
  const { outcome, stdout } = await ssh(access, host, ['systemctl', 'is-active', ...units], {
    timeoutMs: PROBE_MS,
  });
  switch (outcome.kind) {
    case 'host-key-changed':
      throw hostKeyChanged([host.node.name], access.folder.knownHosts);
    case 'denied':
    case 'unreachable':
      return { host, ssh: outcome.message, units: {} };
    case 'ran': {
      // One word a line, in the order of the arguments; the exit code says no more (systemctl(1)).
      const states = stdout.split('\n');
      return {
        host,
        ssh: 'ok',
        units: Object.fromEntries(units.map((unit, index) => [unit, states[index]?.trim() || 'unknown'])),
        ...(host.node.etcdMember ? { etcd: await askEtcd(access, host) } : {}),
        ...(host.node.etcdMember && snapshots.enabled
          ? { snapshots: await askSnapshots(access, host, snapshots.folder) }
          : {}),
      };
    }
    default:
      return outcome satisfies never;
  }
}

async function askEtcd(access: SshAccess, host: Host): Promise<string> {
  const pki = '/etc/etcd/pki';
  const { outcome, stderr } = await ssh(
    access,
    host,
    asRoot(access, [
      '/usr/local/bin/etcdctl',
      `--endpoints=https://${host.node.address}:2379`,
      `--cacert=${pki}/ca.crt`,
      `--cert=${pki}/member.crt`,
      `--key=${pki}/member.key`,
      '--command-timeout=5s',
      'endpoint',
      'health',
    ]),
    { timeoutMs: PROBE_MS },
  );
  if (outcome.kind === 'ran' && outcome.exitCode === 0) return 'healthy';
  return `unhealthy: ${outcome.kind === 'ran' ? whyEtcd(stderr) : 'SSH broke off'}`;
}

/** etcdctl says it as one JSON line of its log, and then once more in general words. */
function whyEtcd(stderr: string): string {
  const line = stderr.split('\n').find((one) => one.includes('unhealthy') || one.startsWith('Error:'));
  return (line ?? stderr.trim().split('\n').at(-1))?.trim() || 'it does not answer';
}

const nodeListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        nodeInfo: z.object({ kubeletVersion: z.string() }),
      }),
    }),
  ),
});

/** Kubernetes' nodes by name, or why they are not known. */
async function askKubernetes(
  access: SshAccess,
  masters: readonly Host[],
): Promise<ReadonlyMap<string, KubernetesNode> | string> {
  const tried: string[] = [];
  for (const master of masters) {
    const { outcome, stdout, stderr } = await ssh(
      access,
      master,
      asRoot(access, [
        '/usr/local/bin/kubectl',
        '--kubeconfig=/etc/kubernetes/admin.conf',
        '--request-timeout=10s',
        'get',
        'nodes',
        '--output=json',
      ]),
      { timeoutMs: PROBE_MS },
    );
    if (outcome.kind !== 'ran' || outcome.exitCode !== 0) {
      const why = outcome.kind === 'ran' ? stderr.trim().split('\n').at(-1) : outcome.kind;
      tried.push(`${master.node.name} (${why || 'no word'})`);
      continue;
    }
    return new Map(
      nodeListSchema.parse(JSON.parse(stdout)).items.map(({ metadata, status }) => [
        metadata.name,
        {
          ready: status.conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown',
          kubeletVersion: status.nodeInfo.kubeletVersion,
        },
      ]),
    );
  }
  return `Kubernetes does not answer through any master: ${tried.join(', ')}`;
}

function nodeStatus(
  { host, ssh, units, etcd, snapshots }: HostReport,
  kubernetes: ReadonlyMap<string, KubernetesNode> | string,
): NodeStatus {
  const { name, role, address } = host.node;
  const known = typeof kubernetes === 'string' ? undefined : kubernetes.get(name);
  const kubelet = role !== 'etcd' && typeof kubernetes !== 'string';
  return {
    name,
    role,
    address,
    publicAddress: host.address,
    serverId: host.serverId,
    ssh,
    units,
    ...(etcd === undefined ? {} : { etcd }),
    ...(snapshots === undefined ? {} : { snapshots }),
    ...(kubelet ? { ready: known?.ready ?? 'missing' } : {}),
    ...(known === undefined ? {} : { kubeletVersion: known.kubeletVersion }),
  };
}

/** A full database needs more than a rerun. */
function wrongWithEtcd(health: string): string {
  return health.includes('NOSPACE')
    ? 'etcd takes no more writes, its database is full (NOSPACE): delete what filled it, then run `ansible-playbook etcd-make-room.yml` in rendered/ansible'
    : `etcd is ${health}`;
}

/** What is wrong with a node, in words. */
export function findingsOf(node: NodeStatus): string[] {
  return [
    ...(node.ssh === 'ok' ? [] : [`${node.name}: SSH: ${node.ssh}`]),
    ...Object.entries(node.units)
      .filter(([, state]) => state !== 'active')
      .map(([unit, state]) => `${node.name}: ${unit} is ${state}`),
    ...(node.etcd === undefined || node.etcd === 'healthy'
      ? []
      : [`${node.name}: ${wrongWithEtcd(node.etcd)}`]),
    ...(node.snapshots?.failed
      ? [`${node.name}: the last snapshot of etcd failed; journalctl --unit etcd-snapshot there tells why`]
      : []),
    ...(node.ready === undefined || node.ready === 'True'
      ? []
      : [
          node.ready === 'missing'
            ? `${node.name}: Kubernetes has no such node`
            : `${node.name}: Ready is ${node.ready}`,
        ]),
  ];
}
