import { stringify } from 'yaml';
import { toleratedFailures } from '../cluster/topology.ts';

/** What `kubehaus init` is told, by flags or by answers. */
export interface FirstCluster {
  readonly name: string;
  readonly masters: number;
  readonly workers: number;
  /** Machines that run nothing but etcd; 0 puts etcd on the masters. */
  readonly etcdMachines: number;
  readonly locations: readonly string[];
  readonly serverTypes: { readonly master: string; readonly worker: string; readonly etcd: string };
  /** Network of the mesh; undefined leaves the default. */
  readonly nodeCidr?: string | undefined;
  /** A cloud-config or a script that new servers run once, at their first boot. */
  readonly cloudInit?: string | undefined;
  /** Lines of .pub files. */
  readonly publicKeys: readonly string[];
  /** Names or fingerprints of SSH keys that are in the Hetzner project already. */
  readonly projectKeys: readonly string[];
  readonly deleteProtection: boolean;
}

/** What holds where nobody says otherwise; the types are the schema's defaults. */
export const FIRST_CLUSTER = {
  masters: 3,
  workers: 2,
  etcdMachines: 0,
  locations: ['nbg1', 'fsn1', 'hel1'],
  serverTypes: { master: 'cx33', worker: 'cx33', etcd: 'cx23' },
  deleteProtection: true,
} as const satisfies Partial<FirstCluster>;

const value = (data: unknown) => stringify(data, { lineWidth: 0 }).trim();
const list = (items: readonly string[]) => `[${items.map(value).join(', ')}]`;
const items = (lines: readonly string[]) => lines.map((line) => `    - ${value(line)}`).join('\n');

/** A first cluster.yaml, with comments that say what can be changed. */
export function firstClusterYaml(cluster: FirstCluster): string {
  const { name, masters, workers, etcdMachines, locations, serverTypes } = cluster;
  const spare = etcdMachines === 0 ? toleratedFailures(masters) : masters - 1;
  return `# One file, one cluster. \`kubehaus plan\` shows what comes of it.

# Part of every server's name: ${name}-master-1, ${name}-worker-1. It can't be changed later.
name: ${value(name)}

# New servers are spread over these Hetzner locations in turn; a server keeps its location for life.
locations: ${list(locations)}

# Masters run the API server, the scheduler and the controllers${etcdMachines === 0 ? ', and etcd' : ''}.
controlPlane:
  # ${masters === 1 ? '1 master: when it is down, so is the API.' : `${masters} masters: the API survives the loss of any ${spare > 1 ? `${spare} ` : ''}of them.`}${etcdMachines === 0 ? ' An odd number, since etcd runs here.' : ''}
  count: ${masters}
  serverType: ${value(serverTypes.master)}

${
  etcdMachines === 0
    ? `# etcd, which holds all of Kubernetes' data, runs on the masters. To give it machines of its own:
# etcd: { placement: isolated, count: 3 }
`
    : `# etcd, which holds all of Kubernetes' data, has machines of its own: an odd number.
etcd:
  placement: isolated
  count: ${etcdMachines}
  serverType: ${value(serverTypes.etcd)}
`
}
${
  workers === 0
    ? `# Without workers, the masters run your pods, too.
# workers:
#   - name: worker
#     count: 3
#     serverType: ${value(serverTypes.worker)}
`
    : `# Pools of machines for your pods. Every pool has its own type, locations, labels and taints.
workers:
  - name: worker
    count: ${workers}
    serverType: ${value(serverTypes.worker)}
`
}
${network(cluster)}ssh:
${sshKeys(cluster)}
  # Networks from which SSH is let in. The default is everywhere; your office's address is better.
  # allowedCidrs: [198.51.100.7/32]

# ${
    cluster.deleteProtection
      ? "Masters and etcd machines can't be deleted at Hetzner by mistake. `kubehaus destroy` lifts it."
      : 'Masters and etcd machines can be deleted at Hetzner like any server; true protects them.'
  }
deleteProtection: ${cluster.deleteProtection}
${cloudInit(cluster)}`;
}

function network({ nodeCidr }: FirstCluster): string {
  if (nodeCidr === undefined) return '';
  return `network:
  # Addresses of the nodes in the WireGuard mesh. It can't be changed later, only widened.
  nodeCidr: ${value(nodeCidr)}

`;
}

function sshKeys({ publicKeys, projectKeys }: FirstCluster): string {
  const inProject = `  # Keys of the Hetzner project, by name: whoever has the private half may log in as root.
  projectKeys:
${items(projectKeys)}`;
  const inFile = `  # Whoever has the private half of one of these may log in as root.
  publicKeys:
${items(publicKeys)}`;
  return [...(publicKeys.length > 0 ? [inFile] : []), ...(projectKeys.length > 0 ? [inProject] : [])].join(
    '\n',
  );
}

/** The last field of the file: a text that ends in empty lines keeps them only if nothing else follows. */
function cloudInit({ cloudInit: text }: FirstCluster): string {
  if (text === undefined || text.trim() === '') return '';
  return `
# For new servers: cloud-init runs it once, at a server's first boot.
${stringify({ cloudInit: text }, { lineWidth: 0 })}`;
}
