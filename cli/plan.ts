import type { Command } from 'commander';
import { survival } from '../cluster/topology.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { billOf } from '../drive/bill.ts';
import type { ClusterFolder } from '../drive/cluster-folder.ts';
import { Failure } from '../drive/errors.ts';
import { readOffer } from '../drive/hetzner-offer.ts';
import { madeNames } from '../drive/inventory.ts';
import { loadFolder } from '../drive/load-folder.ts';
import { folderOf } from './cluster-option.ts';
import { table } from './table.ts';

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('show what cluster.yaml amounts to: level, nodes, addresses, price, stock; changes nothing')
    .option('--json', 'the whole plan as JSON')
    .addHelpText(
      'after',
      '\nWhat Terraform would do to get there is shown by `kubehaus up`, which asks before it does it.',
    )
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const folder = folderOf(command);
      const { plan } = await loadFolder(folder);
      if (json) {
        process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
        return;
      }
      process.stdout.write(`${describe(plan)}\n\n`);
      process.stdout.write(`${await describeOffer(folder, plan)}\n`);
    });
}

/** Price and stock, as far as Hetzner can be asked. */
async function describeOffer(folder: ClusterFolder, plan: ClusterPlan): Promise<string> {
  if ((process.env['HCLOUD_TOKEN'] ?? '') === '')
    return 'Set HCLOUD_TOKEN to see what this costs, and whether Hetzner has the servers in stock.';
  let offer;
  try {
    offer = await readOffer(process.env);
  } catch (error) {
    if (error instanceof Failure) throw error;
    return `Hetzner could not be asked for prices and stock: ${(error as Error).message}.`;
  }
  const { rows, monthly, findings } = billOf(plan, offer, await madeNames(folder));
  const money = (amount: number | undefined) => (amount === undefined ? '?' : amount.toFixed(2));
  return [
    table(
      ['pool', 'type', 'location', 'servers', `${offer.currency} a month each`, 'together'],
      rows.map(({ pool, serverType, location, count, each }) => [
        pool,
        serverType,
        location,
        String(count),
        money(each),
        money(each === undefined ? undefined : each * count),
      ]),
    ),
    `Together ${offer.currency} ${money(monthly)} a month: Hetzner's list without VAT, a public IPv4 address for each server included.`,
    ...(findings.length === 0 ? ['Hetzner has all servers in stock that are still to be made.'] : findings),
  ].join('\n');
}

const LEVELS = [
  'one machine, which also runs the workloads',
  'one master and workers',
  'one master, etcd on machines of its own',
  'several masters that also run etcd',
  'several masters, etcd on machines of its own',
] as const;

function describe(plan: ClusterPlan): string {
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
