import type { ClusterPlan } from '../cluster/plan.ts';
import { survival } from '../cluster/topology.ts';
import { table } from './table.ts';

const LEVELS = [
  'one machine, which also runs the workloads',
  'one master and workers',
  'one master, etcd on machines of its own',
  'several masters that also run etcd',
  'several masters, etcd on machines of its own',
] as const;

/** Level, what it survives, nodes and networks. */
export function describeCluster(plan: ClusterPlan): string {
  const { privateNetwork } = plan;
  const { network } = plan.config;
  return [
    `Cluster ${plan.name}, level ${plan.level}: ${LEVELS[plan.level]}.`,
    ...survival(plan.topology),
    '',
    table(
      ['node', 'role', 'etcd', 'mesh address', 'pods', 'type', 'location'],
      plan.nodes.map((node) => [
        node.name,
        node.role,
        node.etcdMember ? 'yes' : '-',
        node.address,
        node.podCidr ?? '-',
        `${node.serverType} (${node.architecture})`,
        node.location,
      ]),
    ),
    '',
    `Mesh ${network.nodeCidr}, pods ${network.podCidr}, Services ${network.serviceCidr}.`,
    ...(privateNetwork === undefined
      ? []
      : [`WireGuard goes through a private network, ${privateNetwork.cidr} in ${privateNetwork.zone}.`]),
    `Versions: ${plan.components.map(({ name, version }) => `${name} ${version}`).join(', ')}.`,
  ].join('\n');
}
