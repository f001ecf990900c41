import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Clock } from '../clock.ts';
import type { Architecture } from '../catalog/server-types.ts';
import type { Machines } from '../../hosts/machines.ts';
import type { Limits } from '../limits/limits.ts';
import type { Store } from '../state/store.ts';

/** The server to which each resource adds its routes. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes work with. */
export interface ApiContext {
  readonly store: Store;
  readonly machines: Machines;
  readonly clock: Clock;
  /** What the lab's machine can boot. */
  readonly architecture: Architecture;
  /** As they are now: the lab can be told others at any time. */
  readonly limits: Limits;
}
