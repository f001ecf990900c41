import { z } from 'zod';
import { Id, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';

export const NetworkRecord = z.strictObject({
  id: Id,
  name: ResourceName,
  ip_range: z.string(),
  subnets: z.array(
    z.strictObject({
      type: z.enum(['cloud', 'server', 'vswitch']),
      ip_range: z.string(),
      network_zone: z.string(),
      gateway: z.string(),
      vswitch_id: z.int().nullable(),
    }),
  ),
  routes: z.array(z.strictObject({ destination: z.string(), gateway: z.string() })),
  attachments: z.array(z.strictObject({ server: Id, ip: z.string() })),
  expose_routes_to_vswitch: z.boolean(),
  protection: z.strictObject({ delete: z.boolean() }),
  labels: Labels,
  created: z.iso.datetime(),
});
export type NetworkRecord = z.infer<typeof NetworkRecord>;
