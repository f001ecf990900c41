import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askForWord } from './ask.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { checkToken } from './hetzner-token.ts';
import { loadFolder } from './load-folder.ts';
import type { PhaseTime, Reporter } from './reporter.ts';
import { requireState } from './require-state.ts';
import { inPhase, withRun } from './run.ts';
import { terraformIn, type PlanOptions, type StateResource } from './terraform.ts';
import { findTerraform, requireAll } from './tools.ts';
import { isProtected, writeUnprotected } from './unprotect.ts';

/**
 * Ends a cluster for good: says what will go, asks for the cluster's name, lifts the protection of its servers and
 * destroys all that Terraform's state knows. Cut off and repeated, it destroys the rest.
 */
export async function destroy(
  folder: ClusterFolder,
  { yes }: { readonly yes: boolean },
  reporter: Reporter,
): Promise<readonly PhaseTime[]> {
  const { plan } = await loadFolder(folder);
  const [tool] = await requireAll([findTerraform(process.env), checkToken(process.env)]);
  return withRun(folder, 'destroy', reporter, async (run) => {
    const { backend } = plan.config.terraform;
    const target = await writeUnprotected(folder, backend, []);
    const terraform = terraformIn(run, tool, target);
    await inPhase(run, 'terraform init', () => terraform.init());
    const resources = await requireState(folder, backend, terraform);
    if (resources.length > 0) {
      reporter.print(
        `Of the cluster ${plan.name} this will be destroyed for good, with all data on it:\n${listOf(resources)}`,
      );
      if (!yes)
        await askForWord(reporter, `Type the cluster's name, ${plan.name}, to destroy it:`, plan.name);
      const apply = async (title: string, options: PlanOptions) =>
        inPhase(run, title, async (phase) => {
          await terraform.plan(() => undefined, options);
          await terraform.apply(({ address, text, state }) => phase.node(address, text, state));
        });

      const guarded = resources.filter(isProtected).map(({ address }) => address);
      if (guarded.length > 0) {
        await writeUnprotected(folder, backend, resources);
        await apply('lift protection', { targets: guarded });
        await writeUnprotected(folder, backend, []);
      }
      // Lifting the protection took the servers' dependencies out of the state, so that Terraform no longer knows that
      // they come before their placement groups and their firewall.
      const servers = resources.filter(({ type }) => type === 'hcloud_server').map(({ address }) => address);
      if (servers.length > 0) await apply('destroy servers', { destroy: true, targets: servers });
      await apply('destroy the rest', { destroy: true });
    }
    await forget(folder);
    reporter.print(
      resources.length > 0
        ? `Nothing of ${plan.name} is left at Hetzner. cluster.yaml, cluster.lock.yaml, rendered/ and the logs are still here.`
        : `Terraform’s state knows of nothing of ${plan.name}, so there was nothing to destroy.`,
    );
    return run.times;
  });
}

/** What this machine knows of servers that are gone. */
async function forget(folder: ClusterFolder): Promise<void> {
  for (const path of [folder.knownHosts, folder.addresses, folder.planFile, join(folder.local, 'destroy')]) {
    await rm(path, { force: true, recursive: true });
  }
}

/** `  hcloud_server  prod-master-1, prod-master-2`, a line for each type. */
function listOf(resources: readonly StateResource[]): string {
  const byType = new Map<string, string[]>();
  for (const { type, name } of resources) byType.set(type, [...(byType.get(type) ?? []), name]);
  const width = Math.max(...[...byType.keys()].map((type) => type.length));
  return [...byType]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, names]) => `  ${type.padEnd(width)}  ${names.join(', ')}`)
    .join('\n');
}
