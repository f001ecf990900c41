import { Option, type Command } from 'commander';
import { billOf } from '../drive/bill.ts';
import { checkHosts } from '../drive/check-hosts.ts';
import type { ClusterFolder } from '../drive/cluster-folder.ts';
import { Failure } from '../drive/errors.ts';
import { hasToken, NoAnswer } from '../drive/hetzner-api.ts';
import { expectedChanges, standings } from '../drive/hetzner-limits.ts';
import { readOffer } from '../drive/hetzner-offer.ts';
import { checkToken } from '../drive/hetzner-token.ts';
import { previewHosts } from '../drive/host-preview.ts';
import { madeNames } from '../drive/inventory.ts';
import { loadFolder } from '../drive/load-folder.ts';
import { renderInMemory, type InMemory } from '../drive/render-folder.ts';
import { describeChanges } from '../drive/terraform-changes.ts';
import { previewTerraform, type TerraformPreview } from '../drive/terraform-preview.ts';
import { folderOf } from './cluster-option.ts';
import { describeBill } from './describe-bill.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeCheck, describeHosts } from './describe-hosts.ts';
import { describeLimits } from './describe-limits.ts';
import { plainReporter } from './plain-reporter.ts';
import { identityFileOf, withSshKey, type SshKeyOption } from './ssh-options.ts';
import { style } from './style.ts';

interface PlanOptions extends SshKeyOption {
  readonly json?: boolean;
  readonly checkHosts?: boolean;
  readonly since?: string;
}

/** Progress goes to stderr: the plan can be redirected into a file. */
const progress = () => plainReporter((text) => process.stderr.write(text));

export function addPlan(program: Command): void {
  withSshKey(program.command('plan'))
    .description(
      'show what `up` would do: level, price, stock, limits, Terraform’s changes, what is new for the hosts; changes nothing',
    )
    .addOption(
      new Option('--json', 'level, nodes, addresses and all of cluster.yaml as JSON, for scripts').conflicts([
        'checkHosts',
        'since',
      ]),
    )
    .option(
      '--check-hosts',
      'ask the hosts as well: ansible-playbook --check --diff on the servers that exist',
    )
    .option(
      '--since <commit>',
      'compare the hosts’ files with what was rendered in this commit, such as main',
    )
    .addHelpText(
      'after',
      `
Price, stock, limits and Terraform's changes need HCLOUD_TOKEN, the last of them terraform (or tofu) as well. What is missing is
said, and all else is shown.

Examples:
  kubehaus plan                    before up
  kubehaus plan --since main       on a branch where all has been rendered and committed
  kubehaus plan --check-hosts      what would change on the hosts, task by task; the log has the difference of every file`,
    )
    .action(async (options: PlanOptions, command: Command) => {
      const folder = folderOf(command);
      if (options.json) {
        const { plan } = await loadFolder(folder);
        process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
        return;
      }
      const rendered = await renderInMemory(folder);
      // A commit that is not known here is told before anybody is asked and anything shown.
      const hosts = await previewHosts(folder, rendered, options.since);
      process.stdout.write(`${describeCluster(rendered.plan)}\n`);
      const failures = await showHetzner(folder, rendered);
      section('On the hosts', describeHosts(hosts, options.since));
      if (options.checkHosts) {
        const checked = await checkHosts(folder, rendered.plan, identityFileOf(options), progress());
        section('On the hosts, as they are now', describeCheck(checked));
      }
      // All else has been shown by now.
      if (failures[0] !== undefined) throw failures[0];
    });
}

function section(title: string, text: string): void {
  process.stdout.write(`\n${style('bold', title)}\n${text}\n`);
}

/** Shows what only Hetzner and Terraform know, as far as they can be asked from here. Returns what went wrong on the way. */
async function showHetzner(folder: ClusterFolder, rendered: InMemory): Promise<readonly Failure[]> {
  try {
    await checkToken(process.env);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    section(
      'At Hetzner',
      `Price, stock, limits and what Terraform would do are not known. ${error.message} ${error.remedy}`,
    );
    return hasToken(process.env) ? [error] : [];
  }
  const made = await madeNames(folder);
  section(
    'Price and stock',
    await asked(async () => {
      const offer = await readOffer(process.env);
      return describeBill(billOf(rendered.plan, offer, made), offer.currency);
    }),
  );
  const preview = await previewTerraform(folder, rendered, progress());
  section('Terraform', describePreview(preview));
  section('Limits', await asked(() => limitsOf(rendered, preview, made)));
  return preview.kind === 'failed' ? [preview.failure] : [];
}

async function asked(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NoAnswer) return `Not known, since Hetzner could not be asked: ${error.message}.`;
    throw error;
  }
}

function describePreview(preview: TerraformPreview): string {
  switch (preview.kind) {
    case 'known':
      return describeChanges(preview.changes).join('\n');
    case 'unknown':
      return `What Terraform would do is not known: ${preview.why}`;
    case 'failed':
      return `What Terraform would do is not known: ${preview.failure.message}`;
    default:
      return preview satisfies never;
  }
}

async function limitsOf(
  { plan }: InMemory,
  preview: TerraformPreview,
  made: ReadonlySet<string>,
): Promise<string> {
  const changes = preview.kind === 'known' ? preview.changes : expectedChanges(plan, made);
  return describeLimits(await standings(process.env, changes, plan.config.account.limits));
}
