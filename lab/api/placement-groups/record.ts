import { z } from 'zod';
import { Id, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';

/** Its servers are not listed here: each server says which group it is in. */
export const PlacementGroupRecord = z.strictObject({
  id: Id,
  name: ResourceName,
  type: z.enum(['spread']),
  labels: Labels,
  created: z.iso.datetime(),
});
export type PlacementGroupRecord = z.infer<typeof PlacementGroupRecord>;
