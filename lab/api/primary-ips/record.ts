import { z } from 'zod';
import { Id, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';

export const PrimaryIpRecord = z.strictObject({
  id: Id,
  name: ResourceName,
  type: z.enum(['ipv4', 'ipv6']),
  /** An IPv4 address, or an IPv6 network of 64 bits in CIDR notation. */
  ip: z.string(),
  location: z.string(),
  labels: Labels,
  assignee_id: Id.nullable(),
  auto_delete: z.boolean(),
  protection: z.strictObject({ delete: z.boolean() }),
  dns_ptr: z.array(z.strictObject({ ip: z.string(), dns_ptr: z.string() })),
  created: z.iso.datetime(),
});
export type PrimaryIpRecord = z.infer<typeof PrimaryIpRecord>;
