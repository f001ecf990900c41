import { z } from 'zod';
import { Id, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';

export const Rule = z.strictObject({
  direction: z.enum(['in', 'out']),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
  /** '80', '80-85' or 'any', with tcp and udp alone. */
  port: z.string().nullable(),
  source_ips: z.array(z.string()),
  destination_ips: z.array(z.string()),
  description: z.string().nullable(),
});
export type Rule = z.infer<typeof Rule>;

export const Target = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('server'), server: Id }),
  z.strictObject({ type: z.literal('label_selector'), selector: z.string() }),
]);
export type Target = z.infer<typeof Target>;

export const FirewallRecord = z.strictObject({
  id: Id,
  name: ResourceName,
  labels: Labels,
  rules: z.array(Rule),
  appliedTo: z.array(Target),
  created: z.iso.datetime(),
});
export type FirewallRecord = z.infer<typeof FirewallRecord>;
