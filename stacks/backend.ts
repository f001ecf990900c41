import type { TerraformBackend } from '../cluster/schema/terraform.ts';

/**
 * Terraform's `backend` block as JSON: one key, its type. `statePath` is that of a local state file, as seen from the folder in
 * which terraform runs. Credentials are not in it; Terraform reads them from the environment.
 */
export function backendBlock(backend: TerraformBackend, statePath: string): Record<string, object> {
  switch (backend.type) {
    case 'local':
      return { local: { path: statePath } };
    case 's3':
      return {
        s3: {
          bucket: backend.bucket,
          key: backend.key,
          region: backend.region,
          use_lockfile: backend.lockFile,
          ...(backend.endpoint === undefined ? {} : notAmazon(backend.endpoint)),
        },
      };
    case 'http':
      return {
        http: {
          address: backend.address,
          ...(backend.lockAddress === undefined
            ? {}
            : { lock_address: backend.lockAddress, lock_method: backend.lockMethod }),
          ...(backend.unlockAddress === undefined
            ? {}
            : { unlock_address: backend.unlockAddress, unlock_method: backend.unlockMethod }),
        },
      };
    default:
      return backend satisfies never;
  }
}

/** Terraform that writes this backend: a lock file beside the state came with 1.10. */
export function requiredTerraform(backend: TerraformBackend): string {
  return backend.type === 's3' && backend.lockFile ? '>= 1.10.0' : '>= 1.9.0';
}

/** Without these, the backend would ask Amazon who the credentials belong to, and sign with what others do not know. */
function notAmazon(endpoint: string): object {
  return {
    endpoints: { s3: endpoint },
    skip_credentials_validation: true,
    skip_metadata_api_check: true,
    skip_region_validation: true,
    skip_requesting_account_id: true,
    skip_s3_checksum: true,
    use_path_style: true,
  };
}
