import type { TerraformBackend } from '../cluster/schema/terraform.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { stateNotHere, stateWithoutServers } from './errors.ts';
import { madeNames } from './inventory.ts';
import type { StateResource, Terraform } from './terraform.ts';

/**
 * What Terraform's state knows of, after `init`: nothing when no servers were made, or when they were destroyed. Fails when servers
 * were made and their state is missing: Terraform would make all of them a second time, or believe that there is nothing to destroy.
 */
export async function requireState(
  folder: ClusterFolder,
  backend: TerraformBackend,
  terraform: Terraform,
): Promise<readonly StateResource[]> {
  const [made, resources] = await Promise.all([madeNames(folder), terraform.resources()]);
  if (made.size === 0 || resources.length > 0) return resources;
  if (backend.type !== 'local') throw stateWithoutServers([...made]);
  if ((await readOptional(folder.terraformState)) === undefined)
    throw stateNotHere([...made], folder.terraformState);
  // A file that is here and knows of nothing has been emptied here.
  return [];
}
