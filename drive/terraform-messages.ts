import { z } from 'zod';

/** What Terraform does to one resource. */
export interface ResourceEvent {
  /** Address, e.g. `hcloud_server.prod-master-1`. */
  readonly address: string;
  readonly state: 'running' | 'done' | 'failed';
  /** In words, e.g. `Creation complete after 12s`. */
  readonly text: string;
}

/** An error that Terraform told. */
export interface TerraformError {
  /** Of the resource, if it is about one. */
  readonly address?: string;
  /** Address, summary and detail in one. */
  readonly text: string;
}

const messageSchema = z.object({
  '@message': z.string(),
  type: z.string().optional(),
  hook: z.object({ resource: z.object({ addr: z.string() }).optional() }).optional(),
  diagnostic: z
    .object({
      severity: z.string(),
      summary: z.string(),
      detail: z.string().optional(),
      address: z.string().optional(),
    })
    .optional(),
});

const STATES: Readonly<Record<string, ResourceEvent['state']>> = {
  apply_start: 'running',
  apply_progress: 'running',
  apply_complete: 'done',
  apply_errored: 'failed',
};

/**
 * Reads the lines of `terraform apply -json`
 * (https://developer.hashicorp.com/terraform/internals/machine-readable-ui). `read` returns what belongs into the log.
 */
export function terraformMessages(onResource: (event: ResourceEvent) => void) {
  const errors: TerraformError[] = [];
  return {
    read: (line: string): string => {
      const message = parse(line);
      if (message === undefined) return line;
      const { diagnostic, hook, type = '' } = message;
      const address = hook?.resource?.addr;
      const state = STATES[type];
      if (address !== undefined && state !== undefined) {
        // The message repeats the address: `hcloud_server.prod-master-1: Creating...`.
        onResource({ address, state, text: message['@message'].replace(`${address}: `, '') });
      }
      if (diagnostic === undefined) return message['@message'];
      const text = [
        ...(diagnostic.address === undefined ? [] : [diagnostic.address]),
        diagnostic.summary,
        ...(diagnostic.detail ? [diagnostic.detail] : []),
      ].join(': ');
      if (diagnostic.severity === 'error')
        errors.push({ ...(diagnostic.address === undefined ? {} : { address: diagnostic.address }), text });
      return `${diagnostic.severity}: ${text}`;
    },
    /** Every error so far. */
    errors: (): readonly TerraformError[] => errors,
  };
}

function parse(line: string): z.output<typeof messageSchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  const parsed = messageSchema.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : undefined;
}
