import { z } from 'zod';
import { Id, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';

export const SshKeyRecord = z.strictObject({
  id: Id,
  name: ResourceName,
  fingerprint: z.string(),
  public_key: z.string(),
  labels: Labels,
  created: z.iso.datetime(),
});
export type SshKeyRecord = z.infer<typeof SshKeyRecord>;
