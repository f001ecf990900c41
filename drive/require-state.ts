import type { TerraformBackend } from '../cluster/schema/terraform.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { stateWithoutServers } from './errors.ts';
import { madeNames } from './inventory.ts';
import type { Terraform } from './terraform.ts';

/**
 * Fails when servers were made and Terraform's state, as it is found now, knows of nothing: it is another state than theirs, and
 * Terraform would make all of them a second time.
 */
export async function requireState(
  folder: ClusterFolder,
  backend: TerraformBackend,
  terraform: Terraform,
): Promise<void> {
  const made = await madeNames(folder);
  if (made.size === 0) return;
  const isEmpty =
    backend.type === 'local'
      ? // One that is there and empty has been emptied here.
        (await readOptional(folder.terraformState)) === undefined
      : (await terraform.resources()).length === 0;
  if (isEmpty) throw stateWithoutServers([...made]);
}
