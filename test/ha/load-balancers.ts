import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf, inHost } from '../../lab/probes/in-host.ts';
import { nodesOf, type ProbedNode } from '../../lab/probes/probed-cluster.ts';
import type { HaCluster } from './ha-cluster.ts';

/** What could stand between a node and the masters. */
export interface LoadBalancer {
  /** As the report names it. */
  readonly name: string;
  /** Whether masters take themselves out (master-gate). */
  readonly gate: boolean;
  /** Its settings for these masters' addresses; undefined for those that the cluster has. */
  readonly settings?: (masters: readonly string[]) => string;
  readonly program: 'nginx' | 'haproxy';
}

const each = (masters: readonly string[], line: (address: string, index: number) => string): string =>
  masters.map(line).join('\n');

/** A stream of nginx with its own settings, else as the cluster has it. */
const nginx = (
  upstream: string,
  server: string,
): string => `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes 2;
error_log stderr warn;
events {
  worker_connections 16384;
}
stream {
  upstream masters {
${upstream}
  }
  server {
    listen 127.0.0.1:16443;
    proxy_pass masters;
${server}
  }
}
`;

export const loadBalancers: readonly LoadBalancer[] = [
  { name: 'kubehaus: nginx and master-gate', gate: true, program: 'nginx' },
  { name: 'kubehaus without master-gate', gate: false, program: 'nginx' },
  {
    // Its k8s-master-lb: one failure takes a master out for 5 s, and whoever is silent for 3 s is cut off.
    name: 'hetzner-kube’s settings',
    gate: false,
    program: 'nginx',
    settings: (masters) =>
      nginx(
        each(masters, (address) => `    server ${address}:6443 max_fails=1 fail_timeout=5s;`),
        '    proxy_connect_timeout 1s;\n    proxy_timeout 3s;',
      ),
  },
  {
    // roles/kubernetes/node/templates/loadbalancer/nginx.conf.j2
    name: 'Kubespray’s nginx settings',
    gate: false,
    program: 'nginx',
    settings: (masters) =>
      nginx(
        `    least_conn;\n${each(masters, (address) => `    server ${address}:6443;`)}`,
        '    proxy_timeout 10m;\n    proxy_connect_timeout 1s;',
      ),
  },
  {
    name: 'haproxy, asking /readyz every second',
    gate: false,
    program: 'haproxy',
    // Twice as many files must be allowed to it, which hosts' systemd does up to 20,000.
    settings: (masters) => `global
  maxconn 4096
defaults
  mode tcp
  timeout connect 1s
  timeout client 24h
  timeout server 24h
  retries 2
  option redispatch 1
listen masters
  bind 127.0.0.1:16443
  balance leastconn
  option httpchk GET /readyz
  http-check expect status 200
  default-server check check-ssl verify none inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${each(masters, (address, index) => `  server master-${index + 1} ${address}:6443`)}
`,
  },
];

const SETTINGS = 'etc/master-lb';
const DROP_IN = 'etc/systemd/system/master-lb.service.d/rehearsal.conf';

/** The unit as it is for haproxy. */
const HAPROXY_UNIT = `[Service]
ExecStart=
ExecStart=/usr/sbin/haproxy -db -f /${SETTINGS}/haproxy.cfg
ExecReload=
`;

/** Puts a load balancer on every node; what it gives back puts those of the cluster back. All hosts must be on. */
export async function put(cluster: HaCluster, balancer: LoadBalancer): Promise<() => Promise<void>> {
  const nodes = await nodesOf(cluster);
  const masters = nodes.filter(({ master }) => master);
  const before = await Promise.all(nodes.map(async (node) => readFile(await fileOf(cluster, node), 'utf8')));
  const addresses = mastersIn(before[0] ?? '');
  for (const node of nodes) await putOn(cluster, node, balancer, addresses);
  if (!balancer.gate) {
    for (const { id } of masters)
      await inHost(cluster.lab, id, ['systemctl', 'disable', '--now', '--quiet', 'master-gate.service']);
  }
  return async () => {
    for (const [index, node] of nodes.entries()) {
      const { root } = await filesOf(cluster.lab, node.id);
      await writeFile(await fileOf(cluster, node), before[index] ?? '');
      await rm(join(root, DROP_IN), { force: true });
      await restart(cluster, node);
    }
    for (const { id } of masters) {
      await inHost(cluster.lab, id, ['systemctl', 'enable', '--now', '--quiet', 'master-gate.service']);
    }
  };
}

/** The masters' addresses in the settings that kubehaus wrote. */
export function mastersIn(settings: string): readonly string[] {
  const found = [...settings.matchAll(/^ *server ([\d.]+):6443 /gm)].map(([, address = '']) => address);
  if (found.length === 0) throw new Error('nginx.conf names no master');
  return [...new Set(found)];
}

async function putOn(
  cluster: HaCluster,
  node: ProbedNode,
  { program, settings }: LoadBalancer,
  masters: readonly string[],
): Promise<void> {
  if (settings === undefined) return;
  const { root } = await filesOf(cluster.lab, node.id);
  if (program === 'haproxy') {
    await inHost(cluster.lab, node.id, [
      ...['env', 'DEBIAN_FRONTEND=noninteractive'],
      ...['apt-get', 'install', '--quiet', '--yes', '--no-install-recommends', 'haproxy'],
    ]);
    await inHost(cluster.lab, node.id, ['systemctl', 'disable', '--now', '--quiet', 'haproxy.service']);
    await writeFile(join(root, SETTINGS, 'haproxy.cfg'), settings(masters));
    await mkdir(join(root, DROP_IN, '..'), { recursive: true });
    await writeFile(join(root, DROP_IN), HAPROXY_UNIT);
  } else {
    await writeFile(await fileOf(cluster, node), settings(masters));
  }
  await restart(cluster, node);
}

async function restart({ lab }: HaCluster, { id }: ProbedNode): Promise<void> {
  await inHost(lab, id, ['systemctl', 'daemon-reload']);
  await inHost(lab, id, ['systemctl', 'restart', 'master-lb.service']);
}

async function fileOf({ lab }: HaCluster, { id }: ProbedNode): Promise<string> {
  return join((await filesOf(lab, id)).root, SETTINGS, 'nginx.conf');
}
