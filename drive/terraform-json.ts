import { z } from 'zod';

/**
 * How `terraform show -json` names a resource, in a plan as in a state
 * (https://developer.hashicorp.com/terraform/internals/json-format).
 */
export const namedResource = z.object({
  address: z.string(),
  mode: z.string(),
  type: z.string(),
  name: z.string(),
});

/** Whether Terraform makes and keeps it; the others it only reads. */
export function isManaged({ mode }: z.output<typeof namedResource>): boolean {
  return mode === 'managed';
}
