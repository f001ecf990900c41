import { z } from 'zod';

const stats = z.object({
  ok: z.number(),
  changed: z.number(),
  unreachable: z.number(),
  failures: z.number(),
  skipped: z.number(),
});

const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('play'), time: z.number(), name: z.string(), tags: z.array(z.string()) }),
  z.object({ event: z.literal('task'), time: z.number(), id: z.string(), name: z.string() }),
  z.object({ event: z.literal('start'), time: z.number(), host: z.string(), id: z.string() }),
  z.object({
    event: z.literal('result'),
    time: z.number(),
    host: z.string(),
    id: z.string(),
    status: z.enum(['ok', 'changed', 'skipped', 'failed', 'ignored', 'unreachable']),
    message: z.string().optional(),
  }),
  z.object({
    event: z.literal('retry'),
    time: z.number(),
    host: z.string(),
    id: z.string(),
    attempt: z.number(),
    of: z.number(),
  }),
  z.object({ event: z.literal('stats'), time: z.number(), hosts: z.record(z.string(), stats) }),
]);

/** What drive/ansible/callback_plugins/kubehaus_events.py tells; times are in seconds. */
export type AnsibleEvent = z.output<typeof eventSchema>;
export type ResultStatus = Extract<AnsibleEvent, { event: 'result' }>['status'];
export type HostStats = z.output<typeof stats>;

export function parseAnsibleEvent(line: string): AnsibleEvent {
  return eventSchema.parse(JSON.parse(line));
}
