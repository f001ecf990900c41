import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';

/**
 * The cluster as a Mermaid flowchart: the mesh around everything, who runs the API and etcd, and the load balancer of every
 * node in front of all masters (https://mermaid.js.org/syntax/flowchart.html). A pool of workers is one box, however large.
 */
export function drawing(plan: ClusterPlan): string {
  const stacked = plan.topology.kind === 'stacked';
  const pools = [...new Set(plan.nodes.map(({ pool }) => pool))];
  const drawn = pools.map((pool) => {
    const nodes = plan.nodes.filter((node) => node.pool === pool);
    const role = (nodes[0] as NodePlan).role;
    return { id: `pool-${pool}`, role, title: titleOf(role, pool), boxes: boxes(nodes, stacked) };
  });
  const idOf = (role: NodePlan['role']) => drawn.find((group) => group.role === role)?.id;
  const masters = idOf('control-plane') ?? '';
  const etcd = idOf('etcd');
  return [
    'flowchart LR',
    `  subgraph mesh["${titleOfMesh(plan)}"]`,
    ...drawn.flatMap(({ id, title, boxes: lines }) => [
      `    subgraph ${id}["${title}"]`,
      ...lines.map((line) => `      ${line}`),
      '    end',
    ]),
    '  end',
    ...drawn
      .filter(({ role }) => role === 'worker')
      .map(({ id }) => `  ${id} -- "each node's 127.0.0.1:16443" --> ${masters}`),
    ...(etcd === undefined ? [] : [`  ${masters} -- TLS --> ${etcd}`]),
  ].join('\n');
}

function titleOfMesh({ config, privateNetwork }: ClusterPlan): string {
  const mesh = `WireGuard mesh ${config.network.nodeCidr}`;
  return privateNetwork === undefined ? mesh : `${mesh} through the private network ${privateNetwork.cidr}`;
}

function titleOf(role: NodePlan['role'], pool: string): string {
  switch (role) {
    case 'control-plane':
      return 'control plane';
    case 'etcd':
      return 'etcd';
    case 'worker':
      return `workers: ${pool}`;
    default:
      return role satisfies never;
  }
}

function boxes(nodes: readonly NodePlan[], stacked: boolean): string[] {
  const [first, last] = [nodes[0] as NodePlan, nodes.at(-1) as NodePlan];
  if (first.role !== 'worker')
    return nodes.map((node) => `${node.name}["${node.name}<br/>${runs(node, stacked)}"]`);
  const names = first === last ? first.name : `${first.name} … ${last.name}`;
  return [`${first.name}["${names}<br/>${runs(first, stacked)}"]`];
}

function runs({ role }: NodePlan, stacked: boolean): string {
  switch (role) {
    case 'control-plane':
      return stacked ? 'API server with its etcd, load balancer' : 'API server, load balancer';
    case 'etcd':
      return 'etcd';
    case 'worker':
      return 'load balancer';
    default:
      return role satisfies never;
  }
}
