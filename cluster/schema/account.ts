import { z } from 'zod';

const limit = z.int().min(1).optional();

/** What Hetzner knows of an account, and its API does not tell. */
export const account = z.strictObject({
  limits: z
    .strictObject({
      servers: limit.describe('Servers.'),
      primaryIps: limit.describe('Primary IPs. Every server has two: one for IPv4, one for IPv6.'),
    })
    .prefault({})
    .describe(
      'The account’s limits as the Hetzner Console shows them (Limits); Hetzner’s API does not tell them. `plan` compares them with what is there and what would be made, and `up` makes nothing when they do not suffice.',
    ),
});
