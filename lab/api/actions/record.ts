import { z } from 'zod';
import { Id } from '../identity.ts';

/** What an action does, in a form that a restarted API can pick up again. An action that was done at once has no job. */
export const Job = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('create_server'), server: Id, start: z.boolean() }),
  z.strictObject({ kind: z.literal('start_server'), server: Id }),
  z.strictObject({ kind: z.literal('stop_server'), server: Id }),
  z.strictObject({ kind: z.literal('shutdown_server'), server: Id }),
  z.strictObject({ kind: z.literal('reboot_server'), server: Id }),
  z.strictObject({ kind: z.literal('reset_server'), server: Id }),
  z.strictObject({ kind: z.literal('rebuild_server'), server: Id }),
  z.strictObject({ kind: z.literal('delete_server'), server: Id }),
  z.strictObject({
    kind: z.literal('change_server_type'),
    server: Id,
    serverType: Id,
    upgradeDisk: z.boolean(),
    diskSize: z.int(),
  }),
  z.strictObject({ kind: z.literal('hold_firewall'), server: Id }),
  z.strictObject({ kind: z.literal('hold_networks'), server: Id }),
]);
export type Job = z.infer<typeof Job>;

const resourceTypes = ['server', 'firewall', 'network', 'placement_group', 'primary_ip'] as const;
export type ActionResource = { readonly type: (typeof resourceTypes)[number]; readonly id: number };

/** An action as clients see it. */
export const ActionAnswer = z.strictObject({
  id: Id,
  command: z.string(),
  status: z.enum(['running', 'success', 'error']),
  progress: z.int().min(0).max(100),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  resources: z.array(z.strictObject({ id: Id, type: z.enum(resourceTypes) })),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type ActionAnswer = z.infer<typeof ActionAnswer>;

/** An action as the state holds it. */
export const ActionRecord = ActionAnswer.extend({ job: Job.nullable() });
export type ActionRecord = z.infer<typeof ActionRecord>;

export const presentAction = ({ job: _job, ...answer }: ActionRecord): ActionAnswer => answer;
