import { formatLock, withServers } from '../cluster/lock.ts';
import { nextChoice, type ServerChoice } from '../cluster/plan.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { OutOfStock } from './errors.ts';
import { loadFolder } from './load-folder.ts';
import { renderFolder } from './render-folder.ts';
import { inPhase, type Run } from './run.ts';
import type { Terraform } from './terraform.ts';
import { terraformName } from '../stacks/terraform-text.ts';
import { writeIfChanged } from './write-file.ts';

/**
 * Applies the plan that was made last. Where Hetzner is out of stock in the middle and cluster.yaml names other types, the
 * servers that are missing become those: the lock and the rendered files say so, and what is left is planned and applied.
 */
export async function applyPlan(run: Run, terraform: Terraform): Promise<void> {
  for (;;) {
    try {
      await inPhase(run, 'terraform apply', (phase) =>
        terraform.apply(({ address, text, state }) => phase.node(address, text, state)),
      );
      return;
    } catch (error) {
      if (!(error instanceof OutOfStock)) throw error;
      const others = await otherServers(run.folder, error);
      for (const { name, from, to } of others)
        run.reporter.print(
          `${name}: ${from.serverType} is out of stock in ${from.location}; next is ${inWords(to)}.`,
        );
      await inPhase(run, 'terraform plan', () => terraform.plan(() => undefined));
    }
  }
}

/** Gives each server that could not be had its next choice, and renders that. Fails with `error` when one has none. */
async function otherServers(folder: ClusterFolder, error: OutOfStock) {
  const { plan, lock } = await loadFolder(folder);
  const others = plan.nodes
    .filter(({ name }) => error.addresses.some((address) => address.split('.')[1] === terraformName(name)))
    .map((node) => {
      const to = nextChoice(node);
      if (to === undefined) throw error;
      return { name: node.name, from: node, to };
    });
  if (others.length === 0) throw error;
  await writeIfChanged(
    folder.lockYaml,
    formatLock(withServers(lock, new Map(others.map(({ name, to }) => [name, to])))),
  );
  await renderFolder(folder);
  return others;
}

function inWords({ serverType, location }: ServerChoice): string {
  return `${serverType} in ${location}`;
}
