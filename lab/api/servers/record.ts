import { z } from 'zod';
import { Hostname, Id } from '../identity.ts';
import { Labels } from '../labels.ts';

/**
 * A server, without what can be known otherwise: whether it runs is asked of its machine, what is being done to it is
 * told by the running actions, its firewalls by the firewalls.
 */
export const ServerRecord = z.strictObject({
  id: Id,
  name: Hostname,
  serverType: Id,
  image: Id,
  location: z.string(),
  labels: Labels,
  userData: z.string(),
  /** The public keys themselves, as they were when the server was made. */
  sshKeys: z.array(z.string()),
  placementGroup: Id.nullable(),
  ipv4: Id,
  ipv6: Id.nullable(),
  protection: z.strictObject({ delete: z.boolean(), rebuild: z.boolean() }),
  primaryDiskSize: z.int(),
  /** Its machine has been made. A server that is not started after its creation gets one when it is started first. */
  made: z.boolean(),
  created: z.iso.datetime(),
});
export type ServerRecord = z.infer<typeof ServerRecord>;
