import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Clock } from '../clock.ts';
import type { Architecture } from '../catalog/server-types.ts';
import type { Machines } from '../../hosts/machines.ts';
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
  readonly limits: Limits;
}

/** How many of a kind a project may have, and what else is limited. */
export interface Limits {
  /** https://docs.hetzner.com/cloud/placement-groups/overview#limits */
  readonly placementGroups: number;
  readonly serversPerPlacementGroup: number;
  /** https://docs.hetzner.com/cloud/firewalls/overview#limits */
  readonly firewalls: number;
  readonly rulesPerFirewall: number;
  readonly firewallsPerServer: number;
  /** https://docs.hetzner.com/cloud/networks/overview */
  readonly serversPerNetwork: number;
  /** Accounts differ; by default the lab's addresses are the limit. */
  readonly servers: number;
}

export const defaultLimits: Limits = {
  placementGroups: 50,
  serversPerPlacementGroup: 10,
  firewalls: 50,
  rulesPerFirewall: 50,
  firewallsPerServer: 5,
  serversPerNetwork: 100,
  servers: Number.POSITIVE_INFINITY,
};
