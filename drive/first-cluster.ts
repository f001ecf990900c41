import { stringify } from 'yaml';

/** What `kubehaus init` is told. */
export interface FirstCluster {
  readonly name: string;
  readonly masters: number;
  readonly workers: number;
  /** Machines that run nothing but etcd; 0 puts etcd on the masters. */
  readonly etcdMachines: number;
  readonly locations: readonly string[];
  readonly serverType: string;
  /** Lines of .pub files. */
  readonly publicKeys: readonly string[];
}

const value = (data: unknown) => stringify(data, { lineWidth: 0 }).trim();
const list = (items: readonly string[]) => `[${items.map(value).join(', ')}]`;

/** A first cluster.yaml, with comments that say what can be changed. */
export function firstClusterYaml(cluster: FirstCluster): string {
  const { name, masters, workers, etcdMachines, locations, serverType, publicKeys } = cluster;
  return `# One file, one cluster. \`kubehaus plan\` shows what comes of it.

# Part of every server's name: ${name}-master-1, ${name}-worker-1. It can't be changed later.
name: ${value(name)}

# New servers are spread over these Hetzner locations in turn; a server keeps its location for life.
locations: ${list(locations)}

# Masters run the API server, the scheduler and the controllers${etcdMachines === 0 ? ', and etcd' : ''}.
controlPlane:
  # ${masters === 1 ? '1 master: when it is down, so is the API.' : `${masters} masters: the API survives the loss of any of them.`}${etcdMachines === 0 ? ' An odd number, since etcd runs here.' : ''}
  count: ${masters}
  serverType: ${value(serverType)}

${
  etcdMachines === 0
    ? `# etcd, which holds all of Kubernetes' data, runs on the masters. To give it machines of its own:
# etcd: { placement: isolated, count: 3 }
`
    : `# etcd, which holds all of Kubernetes' data, has machines of its own: an odd number.
etcd:
  placement: isolated
  count: ${etcdMachines}
`
}
${
  workers === 0
    ? `# Without workers, the masters run your pods, too.
# workers:
#   - name: worker
#     count: 3
#     serverType: ${value(serverType)}
`
    : `# Pools of machines for your pods. Every pool has its own type, locations, labels and taints.
workers:
  - name: worker
    count: ${workers}
    serverType: ${value(serverType)}
`
}
ssh:
  # Whoever has the private half of one of these may log in as root.
  publicKeys:
${publicKeys.map((key) => `    - ${value(key)}`).join('\n')}
  # Networks from which SSH is let in. The default is everywhere; your office's address is better.
  # allowedCidrs: [198.51.100.7/32]

# Masters and etcd machines can't be deleted at Hetzner by mistake. \`kubehaus destroy\` lifts it.
deleteProtection: true
`;
}
