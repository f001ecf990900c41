import { z } from 'zod';
import type { Store } from '../state/store.ts';

const number = z.int().min(0);

/** Limits that a lab can be told; those of accounts, which differ, and Hetzner's own for every project. */
export const ToldLimits = z.strictObject({
  servers: number.optional(),
  primaryIps: number.optional(),
  placementGroups: number.optional(),
  firewalls: number.optional(),
});
export type ToldLimits = z.infer<typeof ToldLimits>;

/** How many of a kind a project may have, and what else is limited. */
export interface Limits {
  /** Accounts differ; by default the lab's addresses are the limit. */
  readonly servers: number;
  readonly primaryIps: number;
  /** https://docs.hetzner.com/cloud/placement-groups/overview#limits */
  readonly placementGroups: number;
  readonly serversPerPlacementGroup: number;
  /** https://docs.hetzner.com/cloud/firewalls/overview#limits */
  readonly firewalls: number;
  readonly rulesPerFirewall: number;
  readonly firewallsPerServer: number;
  /** https://docs.hetzner.com/cloud/networks/overview */
  readonly serversPerNetwork: number;
}

const defaultLimits: Limits = {
  servers: Number.POSITIVE_INFINITY,
  primaryIps: Number.POSITIVE_INFINITY,
  placementGroups: 50,
  serversPerPlacementGroup: 10,
  firewalls: 50,
  rulesPerFirewall: 50,
  firewallsPerServer: 5,
  serversPerNetwork: 100,
};

/** Hetzner's limits, those that the API was made with over them, and over both what the lab was told since. */
export function limitsOf(store: Store, made: Partial<Limits> = {}): Limits {
  const now = (name: keyof ToldLimits) => store.state.limits[name] ?? made[name] ?? defaultLimits[name];
  return {
    ...defaultLimits,
    ...made,
    get servers() {
      return now('servers');
    },
    get primaryIps() {
      return now('primaryIps');
    },
    get placementGroups() {
      return now('placementGroups');
    },
    get firewalls() {
      return now('firewalls');
    },
  };
}
