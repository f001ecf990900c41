import { z } from 'zod';
import { Id } from '../identity.ts';
import { locations } from './locations.ts';
import { LocationPrice, serverPrice } from './prices.ts';

export const Architecture = z.enum(['x86', 'arm']);
export type Architecture = z.infer<typeof Architecture>;

const Deprecation = z.strictObject({ announced: z.iso.datetime(), unavailable_after: z.iso.datetime() });

export const ServerTypeAnswer = z.strictObject({
  id: Id,
  name: z.string(),
  description: z.string(),
  category: z.string(),
  cores: z.int(),
  memory: z.number(),
  disk: z.int(),
  storage_type: z.enum(['local', 'network']),
  cpu_type: z.enum(['shared', 'dedicated']),
  architecture: Architecture,
  deprecated: z.boolean(),
  deprecation: Deprecation.nullable(),
  prices: z.array(LocationPrice),
  locations: z.array(
    z.strictObject({
      id: Id,
      name: z.string(),
      available: z.boolean(),
      recommended: z.boolean(),
      deprecation: Deprecation.nullable(),
    }),
  ),
});
export type ServerTypeAnswer = z.infer<typeof ServerTypeAnswer>;

const europe = ['fsn1', 'nbg1', 'hel1'];
const overseas = ['ash', 'hil', 'sin'];
const costOptimized = {
  category: 'Cost-Optimized',
  cpu_type: 'shared',
  architecture: 'x86',
  at: europe,
} as const;
const arm = { category: 'Cost-Optimized', cpu_type: 'shared', architecture: 'arm', at: europe } as const;
const regular = {
  category: 'Regular Performance',
  cpu_type: 'shared',
  architecture: 'x86',
  at: europe,
} as const;
const regularOverseas = { ...regular, at: overseas } as const;
const general = {
  category: 'General Purpose',
  cpu_type: 'dedicated',
  architecture: 'x86',
  at: [...europe, ...overseas],
} as const;

/**
 * Types of servers with cores, memory and disk in GB, and the month's net price in euro. Shapes are Hetzner's
 * (https://www.hetzner.com/cloud); prices are of the order of those of autumn 2026 and are no offer. Ids are the lab's.
 */
const offers = [
  { id: 1, name: 'cx23', cores: 2, memory: 4, disk: 40, monthly: 5.49, ...costOptimized },
  { id: 2, name: 'cx33', cores: 4, memory: 8, disk: 80, monthly: 8.49, ...costOptimized },
  { id: 3, name: 'cx43', cores: 8, memory: 16, disk: 160, monthly: 15.99, ...costOptimized },
  { id: 4, name: 'cx53', cores: 16, memory: 32, disk: 320, monthly: 29.49, ...costOptimized },
  { id: 5, name: 'cax11', cores: 2, memory: 4, disk: 40, monthly: 5.99, ...arm },
  { id: 6, name: 'cax21', cores: 4, memory: 8, disk: 80, monthly: 9.99, ...arm },
  { id: 7, name: 'cax31', cores: 8, memory: 16, disk: 160, monthly: 18.99, ...arm },
  { id: 8, name: 'cax41', cores: 16, memory: 32, disk: 320, monthly: 36.99, ...arm },
  { id: 9, name: 'cpx22', cores: 2, memory: 4, disk: 80, monthly: 19.49, ...regular },
  { id: 10, name: 'cpx32', cores: 4, memory: 8, disk: 160, monthly: 35.49, ...regular },
  { id: 11, name: 'cpx42', cores: 8, memory: 16, disk: 320, monthly: 69.49, ...regular },
  { id: 12, name: 'cpx52', cores: 12, memory: 24, disk: 480, monthly: 100.49, ...regular },
  { id: 13, name: 'cpx62', cores: 16, memory: 32, disk: 640, monthly: 129.99, ...regular },
  { id: 14, name: 'cpx11', cores: 2, memory: 2, disk: 40, monthly: 9.99, ...regularOverseas },
  { id: 15, name: 'cpx21', cores: 3, memory: 4, disk: 80, monthly: 19.99, ...regularOverseas },
  { id: 16, name: 'cpx31', cores: 4, memory: 8, disk: 160, monthly: 35.99, ...regularOverseas },
  { id: 17, name: 'cpx41', cores: 8, memory: 16, disk: 240, monthly: 69.99, ...regularOverseas },
  { id: 18, name: 'cpx51', cores: 16, memory: 32, disk: 360, monthly: 129.99, ...regularOverseas },
  { id: 19, name: 'ccx13', cores: 2, memory: 8, disk: 80, monthly: 42.99, ...general },
  { id: 20, name: 'ccx23', cores: 4, memory: 16, disk: 160, monthly: 85.99, ...general },
  { id: 21, name: 'ccx33', cores: 8, memory: 32, disk: 240, monthly: 138.49, ...general },
  { id: 22, name: 'ccx43', cores: 16, memory: 64, disk: 360, monthly: 275.99, ...general },
];

const offeredBy = (native: Architecture): readonly ServerTypeAnswer[] =>
  offers.map(({ id, name, category, cores, memory, disk, cpu_type, architecture, at, monthly }) => ({
    id,
    name,
    description: name.toUpperCase(),
    category,
    cores,
    memory,
    disk,
    storage_type: 'local',
    cpu_type,
    architecture,
    deprecated: false,
    deprecation: null,
    prices: at.map((location) => serverPrice(location, monthly)),
    locations: locations
      .filter((location) => (at as readonly string[]).includes(location.name))
      .map((location) => ({
        id: location.id,
        name: location.name,
        available: architecture === native,
        recommended: architecture === native && location.name === at[0],
        deprecation: null,
      })),
  }));

const catalog = { x86: offeredBy('x86'), arm: offeredBy('arm') };

/** The types of servers. Those of another architecture than the lab's machine are listed, and never available. */
export const serverTypes = (native: Architecture): readonly ServerTypeAnswer[] => catalog[native];
