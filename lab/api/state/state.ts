import { z } from 'zod';
import { ActionRecord } from '../actions/record.ts';
import { FaultRecord } from '../faults/record.ts';
import { FirewallRecord } from '../firewalls/record.ts';
import { Id } from '../identity.ts';
import { ToldLimits } from '../limits/limits.ts';
import { NetworkRecord } from '../networks/record.ts';
import { PlacementGroupRecord } from '../placement-groups/record.ts';
import { ToldPrice } from '../prices/told-prices.ts';
import { PrimaryIpRecord } from '../primary-ips/record.ts';
import { ServerRecord } from '../servers/record.ts';
import { SshKeyRecord } from '../ssh-keys/record.ts';

/** All that the API remembers. Every fact stands in it once; what follows from others is computed when it is asked for. */
export const State = z.strictObject({
  version: z.literal(1),
  nextId: Id,
  sshKeys: z.array(SshKeyRecord),
  placementGroups: z.array(PlacementGroupRecord),
  firewalls: z.array(FirewallRecord),
  primaryIps: z.array(PrimaryIpRecord),
  networks: z.array(NetworkRecord),
  servers: z.array(ServerRecord),
  actions: z.array(ActionRecord),
  faults: z.array(FaultRecord),
  /** What the lab was told; absent from states of older labs. */
  limits: ToldLimits.default({}),
  prices: z.array(ToldPrice).default([]),
});
export type State = z.infer<typeof State>;

export const emptyState = (): State => ({
  version: 1,
  nextId: 101,
  sshKeys: [],
  placementGroups: [],
  firewalls: [],
  primaryIps: [],
  networks: [],
  servers: [],
  actions: [],
  faults: [],
  limits: {},
  prices: [],
});

/** One sequence for all kinds of resources, so that a mixed-up id never points at something by accident. */
export const newId = (draft: State): number => draft.nextId++;
