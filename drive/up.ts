import { rm } from 'node:fs/promises';
import type { ClusterPlan } from '../cluster/plan.ts';
import { runPlaybook } from './ansible.ts';
import { applyPlan } from './apply.ts';
import { askForYes } from './ask.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { count, limitsTooLow } from './errors.ts';
import { NoAnswer } from './hetzner-api.ts';
import { exceeded, standings } from './hetzner-limits.ts';
import { checkToken } from './hetzner-token.ts';
import { readHosts, writeAddresses } from './inventory.ts';
import { hostsOfLimit, limitIn } from './limited-hosts.ts';
import { loadFolder } from './load-folder.ts';
import { renderFolder, type Rendered } from './render-folder.ts';
import type { PhaseTime, Reporter } from './reporter.ts';
import { requireState } from './require-state.ts';
import { inPhase, withRun, type Run } from './run.ts';
import { accessTo } from './ssh-command.ts';
import { terraformIn } from './terraform.ts';
import { describeChanges, type ResourceChange } from './terraform-changes.ts';
import { findAnsible, findIdentityFile, findSsh, findTerraform, requireAll } from './tools.ts';
import { waitForHosts } from './wait-for-ssh.ts';

export interface ConfigureOptions {
  readonly identityFile?: string | undefined;
  /** How long hosts may take to answer. */
  readonly sshPatienceMs: number;
  /** More arguments of ansible-playbook. */
  readonly ansibleArguments: readonly string[];
}

export interface UpOptions extends ConfigureOptions {
  /** Apply without asking. */
  readonly yes: boolean;
  readonly color: boolean;
}

/**
 * From cluster.yaml to a running cluster: render, apply, wait for SSH, configure. Whatever is missing on this machine is
 * found before anything is written or made.
 */
export async function up(
  folder: ClusterFolder,
  options: UpOptions,
  reporter: Reporter,
): Promise<readonly PhaseTime[]> {
  await loadFolder(folder);
  const [terraformTool, ansibleTool] = await requireAll([
    findTerraform(process.env),
    findAnsible(process.env),
    findSsh(process.env),
    findIdentityFile(options.identityFile),
    checkToken(process.env),
  ]);

  return withRun(folder, 'up', reporter, async (run) => {
    const { plan } = await inPhase(run, 'render', () => renderFolder(folder), summaryOfRendering);
    const terraform = terraformIn(run, terraformTool);
    await inPhase(run, 'terraform init', () => terraform.init());
    await requireState(folder, plan.config.terraform.backend, terraform);
    const planned: string[] = [];
    const { changes } = await inPhase(run, 'terraform plan', () =>
      terraform.plan((line) => planned.push(line), { color: options.color }),
    );
    reporter.print(planned.join('\n').trim());
    try {
      if (changes) {
        const changed = await terraform.planned();
        reporter.print(['', ...describeChanges(changed)].join('\n'));
        await requireLimits(plan, changed);
        if (!options.yes) await askForYes(reporter, `Apply this plan to the cluster ${plan.name}?`);
        await applyPlan(run, terraform);
      }
    } finally {
      // A plan that was not applied is of no use to anybody.
      await rm(folder.planFile, { force: true });
    }
    // Outputs that are new in this version of kubehaus count as changes, too, so they are there by now.
    await writeAddresses(folder, plan, await terraform.nodes());
    await configureHosts(run, ansibleTool, options);
    return run.times;
  });
}

/** Fails when Hetzner would refuse a part of what is planned, as far as that is known. */
async function requireLimits(plan: ClusterPlan, changes: readonly ResourceChange[]): Promise<void> {
  try {
    const problems = exceeded(await standings(process.env, changes, plan.config.account.limits));
    if (problems.length > 0) throw limitsTooLow(problems);
  } catch (error) {
    // Hetzner may be out of reach for us and not for Terraform, which knows more of proxies.
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/** The Ansible half of `up`, on servers that exist. */
export async function configure(
  folder: ClusterFolder,
  options: ConfigureOptions,
  reporter: Reporter,
): Promise<readonly PhaseTime[]> {
  const { plan } = await loadFolder(folder);
  // With --limit, nodes may be missing that nobody is asked about.
  if (limitIn(options.ansibleArguments) === undefined) await readHosts(folder, plan);
  const [ansibleTool] = await requireAll([
    findAnsible(process.env),
    findSsh(process.env),
    findIdentityFile(options.identityFile),
  ]);
  return withRun(folder, 'configure', reporter, async (run) => {
    await inPhase(run, 'render', () => renderFolder(folder), summaryOfRendering);
    await configureHosts(run, ansibleTool, options);
    return run.times;
  });
}

async function configureHosts(
  run: Run,
  ansibleTool: Awaited<ReturnType<typeof findAnsible>>,
  options: ConfigureOptions,
): Promise<void> {
  const { plan } = await loadFolder(run.folder);
  const limit = limitIn(options.ansibleArguments);
  const hosts = await readHosts(
    run.folder,
    plan,
    limit === undefined ? undefined : await hostsOfLimit(run.folder, ansibleTool, limit, run.env),
  );
  const access = await accessTo(run.folder, plan, options.identityFile);
  await inPhase(run, 'ssh', (phase) => waitForHosts(run, access, hosts, phase, options.sshPatienceMs));
  const { stats } = await runPlaybook(run, ansibleTool, {
    playbook: 'site.yml',
    identityFile: options.identityFile,
    more: options.ansibleArguments,
  });
  const changed = Object.values(stats).filter((host) => host.changed > 0).length;
  run.reporter.print(
    changed === 0
      ? `Every node was as it should be: nothing changed on ${count(Object.keys(stats).length, 'node')}.`
      : `Changed on ${count(changed, 'node')} of ${Object.keys(stats).length}.`,
  );
}

export function summaryOfRendering({ added, changed, removed, unchanged }: Rendered): string {
  return `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged`;
}
