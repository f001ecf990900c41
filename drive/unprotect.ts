import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { TerraformBackend } from '../cluster/schema/terraform.ts';
import { backendBlock } from '../stacks/backend.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import type { StateResource } from './terraform.ts';

const LOCK = '.terraform.lock.hcl';

/** Arguments of hcloud_server that protect it. */
const PROTECTION = ['delete_protection', 'rebuild_protection'];

/** Arguments that a server must have; they are as the state has them. */
const REQUIRED = ['name', 'server_type'];

export function isProtected(resource: StateResource): boolean {
  return resource.type === 'hcloud_server' && PROTECTION.some((name) => resource.values[name] === true);
}

/**
 * Writes a Terraform configuration for the end of a cluster and returns its folder: on the cluster's own state, it wants
 * nothing of the servers but that they are no longer protected.
 *
 * It is made from the state and not from cluster.yaml, so that it names exactly the servers that exist: none is made
 * again when destroy was cut off and is repeated, and none is forgotten that cluster.yaml no longer has.
 */
export async function writeUnprotected(
  folder: ClusterFolder,
  backend: TerraformBackend,
  resources: readonly StateResource[],
): Promise<string> {
  // As deep below the cluster's folder as rendered/terraform, so that the same words lead to the state; with other words,
  // Terraform would take it for another backend.
  const target = join(folder.local, 'destroy');
  await mkdir(target, { recursive: true, mode: 0o700 });
  await writeFile(
    join(target, 'main.tf.json'),
    `${JSON.stringify(unprotectedConfiguration(backendBlock(backend, relative(folder.terraform, folder.terraformState)), resources), undefined, 2)}\n`,
  );
  await copyFile(join(folder.terraform, LOCK), join(target, LOCK)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return target;
}

export function unprotectedConfiguration(backend: object, resources: readonly StateResource[]): object {
  const servers = resources.filter(isProtected).map(({ name, values }) => [
    name,
    {
      ...Object.fromEntries(REQUIRED.map((key) => [key, values[key]])),
      ...Object.fromEntries(PROTECTION.map((key) => [key, false])),
      lifecycle: { ignore_changes: IGNORED },
    },
  ]);
  return {
    terraform: {
      backend,
      required_providers: { hcloud: { source: 'hetznercloud/hcloud' } },
    },
    provider: { hcloud: {} },
    ...(servers.length === 0 ? {} : { resource: { hcloud_server: Object.fromEntries(servers) } }),
  };
}

/** Arguments of hcloud_server but for its protection (schema of hetznercloud/hcloud 1.68). */
const IGNORED = [
  'allow_deprecated_images',
  'backups',
  'datacenter',
  'firewall_ids',
  'ignore_remote_firewall_ids',
  'image',
  'iso',
  'keep_disk',
  'labels',
  'location',
  'name',
  'network',
  'placement_group_id',
  'public_net',
  'rescue',
  'server_type',
  'shutdown_before_deletion',
  'ssh_keys',
  'user_data',
];
