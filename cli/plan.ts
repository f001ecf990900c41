import type { Command } from 'commander';
import { survival } from '../cluster/topology.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { loadFolder } from '../drive/load-folder.ts';
import { folderOf } from './cluster-option.ts';
import { table } from './table.ts';

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('show what cluster.yaml amounts to: level, nodes, addresses; changes nothing')
    .option('--json', 'the whole plan as JSON')
    .addHelpText(
      'after',
      '\nWhat Terraform would do to get there is shown by `kubehaus up`, which asks before it does it.',
    )
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { plan } = await loadFolder(folderOf(command));
      process.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : `${describe(plan)}\n`);
    });
}

const LEVELS = [
  'one machine, which also runs the workloads',
  'one master and workers',
  'one master, etcd on machines of its own',
  'several masters that also run etcd',
  'several masters, etcd on machines of its own',
] as const;

function describe(plan: ClusterPlan): string {
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
    `Versions: ${plan.components.map(({ name, version }) => `${name} ${version}`).join(', ')}.`,
  ].join('\n');
}
