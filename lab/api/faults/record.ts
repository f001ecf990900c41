import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import { Id } from '../identity.ts';

/** What can be made to go wrong. */
export const Fault = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('api-error'),
      method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
      /** A path below /v1; `*` stands for one segment: `/servers/*` */
      path: z.string().startsWith('/'),
      /** The first call of those that match that fails, counted from 1. */
      atCall: z.int().min(1).default(1),
      /** How many calls fail from there on. */
      times: z.int().min(1).default(1),
      code: z.enum(errorCodes),
      message: z.string().default('an error that the lab was asked for'),
    })
    .describe('calls that are answered with an error'),
  z
    .strictObject({
      kind: z.literal('stock-out'),
      location: z.string(),
      /** Every type of server when it is left out. */
      serverType: z.string().optional(),
      /** How many can still be had, so that it comes in the middle of an apply. */
      left: z.int().min(0).default(0),
    })
    .describe('no server can be ordered there: resource_unavailable'),
  z
    .strictObject({
      kind: z.literal('slow-action'),
      command: z.string(),
      seconds: z.number().positive().max(3600),
    })
    .describe('actions with this command take longer'),
  z
    .strictObject({ kind: z.literal('failed-action'), command: z.string(), times: z.int().min(1).default(1) })
    .describe('actions with this command end in an error'),
]);
export type Fault = z.infer<typeof Fault>;

export const FaultRecord = z.strictObject({
  id: Id,
  fault: Fault,
  /** How many calls or actions it has met so far. */
  met: z.int().min(0),
});
export type FaultRecord = z.infer<typeof FaultRecord>;
