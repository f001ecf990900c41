import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';

/** The cluster as it is drawn, whatever the language of the drawing. */
export interface Drawing {
  /** The frame around everything. */
  readonly mesh: { readonly title: string };
  readonly groups: readonly Group[];
  readonly arrows: readonly Arrow[];
}

/** The nodes of one pool. */
export interface Group {
  readonly id: string;
  readonly role: NodePlan['role'];
  readonly title: string;
  readonly boxes: readonly Box[];
}

/** One node, or several of a pool that differ in nothing but their names. */
export interface Box {
  readonly id: string;
  readonly title: string;
  /** What runs there. */
  readonly parts: readonly Part[];
}

export type Part = 'API server' | 'etcd' | 'load balancer';

/** From every node of a group to every node of another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** The mesh around everything, who runs the API and etcd, and the load balancer of every node in front of all masters. */
export function drawingOf(plan: ClusterPlan): Drawing {
  const pools = [...new Set(plan.nodes.map(({ pool }) => pool))];
  const groups = pools.map((pool) => {
    const nodes = plan.nodes.filter((node) => node.pool === pool);
    const role = (nodes[0] as NodePlan).role;
    return { id: `pool-${pool}`, role, title: titleOf(role, pool), boxes: boxes(nodes) };
  });
  const inRole = (role: NodePlan['role']) => groups.filter((group) => group.role === role);
  const masters = inRole('control-plane');
  return {
    mesh: { title: titleOfMesh(plan) },
    groups,
    arrows: masters.flatMap(({ id }) => [
      ...inRole('worker').map((group) => ({
        from: group.id,
        to: id,
        label: "each node's 127.0.0.1:16443",
      })),
      ...inRole('etcd').map((group) => ({ from: id, to: group.id, label: 'TLS' })),
    ]),
  };
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

/** Masters and etcd machines each; of a pool of workers the first one, and all others as one box, however many they are. */
function boxes(nodes: readonly NodePlan[]): readonly Box[] {
  const [first, second, ...more] = nodes;
  if (first?.role !== 'worker') return nodes.map((node) => boxOf(node));
  return [boxOf(first), ...(second === undefined ? [] : [boxOf(second, more.length)])];
}

function boxOf(node: NodePlan, more = 0): Box {
  return {
    id: node.name,
    title: more === 0 ? node.name : `${more + 1} more`,
    parts: partsOf(node),
  };
}

function partsOf({ role, etcdMember }: NodePlan): readonly Part[] {
  switch (role) {
    case 'control-plane':
      return ['API server', ...(etcdMember ? (['etcd'] as const) : []), 'load balancer'];
    case 'etcd':
      return ['etcd'];
    case 'worker':
      return ['load balancer'];
    default:
      return role satisfies never;
  }
}
