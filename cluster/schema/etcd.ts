import { z } from 'zod';
import { locations, serverTypes } from './values.ts';

/** Settings of etcd that do not depend on where it runs. */
const etcdSettings = {
  quotaGib: z
    .int()
    .min(2)
    .max(8)
    .default(8)
    .describe(
      'Size of the database, in GiB, at which etcd takes no more writes; 8 is the most that etcd suggests.',
    ),
  heartbeatMs: z
    .int()
    .min(10)
    .max(10_000)
    .default(100)
    .describe('Milliseconds between the leader’s heartbeats; about the round trip between members.'),
  electionMs: z
    .int()
    .min(100)
    .max(50_000)
    .default(1000)
    .describe('Milliseconds without a heartbeat after which members elect; at least 5 heartbeats.'),
};

const stacked = z.strictObject({
  placement: z.literal('stacked').describe('etcd runs on the masters.'),
  ...etcdSettings,
});

const isolated = z.strictObject({
  placement: z.literal('isolated').describe('etcd runs on machines of its own.'),
  count: z.int().min(1).max(9).default(3).describe('Number of etcd machines; odd.'),
  serverType: serverTypes.default(['cx23']),
  locations: locations.optional(),
  ...etcdSettings,
});

export const etcd = z.discriminatedUnion('placement', [stacked, isolated]);
