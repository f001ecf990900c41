import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterFolder } from './cluster-folder.ts';
import { Failure, fileTrouble } from './errors.ts';
import type { InMemory } from './render-folder.ts';
import type { Reporter } from './reporter.ts';
import { requireState } from './require-state.ts';
import { inPhase, withRun } from './run.ts';
import { terraformIn } from './terraform.ts';
import type { ResourceChange } from './terraform-changes.ts';
import { findTerraform } from './tools.ts';

const PROVIDER_LOCK = '.terraform.lock.hcl';

/** What `terraform apply` would do, or why that is not known. */
export type TerraformPreview =
  | { readonly kind: 'known'; readonly changes: readonly ResourceChange[] }
  /** Something is missing here that Terraform needs. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** Terraform ran and failed. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * Asks Terraform what it would do to get from what is at Hetzner to what cluster.yaml renders to. It works on a copy below
 * `.kubehaus/`, and with the cluster's lock in hand; rendered/ and the state stay as they are.
 */
export async function previewTerraform(
  folder: ClusterFolder,
  { plan, tree }: Pick<InMemory, 'plan' | 'tree'>,
  reporter: Reporter,
): Promise<TerraformPreview> {
  try {
    const tool = await findTerraform(process.env);
    return await withRun(folder, 'plan', reporter, async (run) => {
      try {
        await writePreview(folder, tree.get('terraform/cdk.tf.json') ?? '');
        const terraform = terraformIn(run, tool, folder.terraformPreview);
        await inPhase(run, 'terraform init', () => terraform.init());
        await requireState(folder, plan.config.terraform.backend, terraform);
        return await inPhase(run, 'terraform plan', async () => {
          await terraform.plan(() => undefined);
          return { kind: 'known', changes: await terraform.planned() };
        });
      } finally {
        await rm(folder.terraformPreview, { force: true, recursive: true });
        await rm(folder.planFile, { force: true });
      }
    });
  } catch (error) {
    return withoutPreview(error);
  }
}

async function writePreview(folder: ClusterFolder, configuration: string): Promise<void> {
  await mkdir(folder.terraformPreview, { recursive: true, mode: 0o700 });
  await writeFile(join(folder.terraformPreview, 'cdk.tf.json'), configuration);
  await copyFile(join(folder.terraform, PROVIDER_LOCK), join(folder.terraformPreview, PROVIDER_LOCK)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    },
  );
}

function withoutPreview(error: unknown): TerraformPreview {
  // A folder that may only be read: Terraform has nowhere to work.
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined)
    return { kind: 'unknown', why: fileTrouble(error as NodeJS.ErrnoException).message };
  if (!(error instanceof Failure)) throw error;
  switch (error.exit) {
    case 'environment':
    case 'busy':
      return { kind: 'unknown', why: error.message };
    case 'terraform':
      return { kind: 'failed', failure: error };
    default:
      throw error;
  }
}
