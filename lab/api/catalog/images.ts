import { z } from 'zod';
import { Id } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Architecture } from './server-types.ts';

export const ImageAnswer = z.strictObject({
  id: Id,
  type: z.enum(['system', 'app', 'snapshot', 'backup']),
  status: z.enum(['available', 'creating', 'unavailable']),
  name: z.string().nullable(),
  description: z.string(),
  image_size: z.number().nullable(),
  disk_size: z.number(),
  created: z.iso.datetime(),
  created_from: z.null(),
  bound_to: z.null(),
  os_flavor: z.string(),
  os_version: z.string().nullable(),
  architecture: Architecture,
  rapid_deploy: z.boolean(),
  protection: z.strictObject({ delete: z.boolean() }),
  deprecated: z.iso.datetime().nullable(),
  deleted: z.iso.datetime().nullable(),
  labels: Labels,
});
export type ImageAnswer = z.infer<typeof ImageAnswer>;

const debian12 = (id: number, architecture: Architecture): ImageAnswer => ({
  id,
  type: 'system',
  status: 'available',
  name: 'debian-12',
  description: 'Debian 12',
  image_size: null,
  disk_size: 5,
  created: '2023-06-13T06:00:02Z',
  created_from: null,
  bound_to: null,
  os_flavor: 'debian',
  os_version: '12',
  architecture,
  rapid_deploy: true,
  protection: { delete: false },
  deprecated: null,
  deleted: null,
  labels: {},
});

/** The images that the lab can boot, and no other: a server with another image is refused, not given Debian 12. */
export const images: readonly ImageAnswer[] = [debian12(114690387, 'x86'), debian12(114690389, 'arm')];
