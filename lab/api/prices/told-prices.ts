import { z } from 'zod';
import { invalidField } from '../errors.ts';
import { locations } from '../catalog/locations.ts';
import { pricesOf } from '../catalog/prices.ts';
import type { ServerTypeAnswer } from '../catalog/server-types.ts';
import type { State } from '../state/state.ts';

const money = z.number().min(0).max(1_000_000);
const sum = {
  /** All locations when it is left out. */
  location: z.string().optional(),
  /** Net, in euro. */
  monthly: money,
  /** @default as much of a month as in Hetzner's list */
  hourly: money.optional(),
};

/** A price that the lab shall have instead of its own. */
export const ToldPrice = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('server'), serverType: z.string(), ...sum })
    .describe('of a type of server'),
  z
    .strictObject({ kind: z.literal('primary-ip'), type: z.enum(['ipv4', 'ipv6']), ...sum })
    .describe('of a primary IP'),
]);
export type ToldPrice = z.infer<typeof ToldPrice>;

const thingOf = (told: ToldPrice) => (told.kind === 'server' ? told.serverType : told.type);

/** Keeps a price; what was told before of the same thing at the same place is forgotten. Refuses what is not sold. */
export function tellPrice(draft: State, told: ToldPrice, types: readonly ServerTypeAnswer[]): void {
  const soldAt =
    told.kind === 'server'
      ? types.find(({ name }) => name === told.serverType)?.locations
      : (locations as readonly { readonly name: string }[]);
  if (!soldAt) throw invalidField('serverType', 'is not a server type');
  if (told.location !== undefined && !soldAt.some(({ name }) => name === told.location))
    throw invalidField('location', 'is not one where this is sold');
  const isReplaced = (other: ToldPrice) =>
    other.kind === told.kind &&
    thingOf(other) === thingOf(told) &&
    (told.location === undefined || other.location === told.location);
  draft.prices = [...draft.prices.filter((other) => !isReplaced(other)), told];
}

/** The price of a thing at a location as the lab was told it last; undefined when it was not. */
export function toldPrice(
  state: State,
  kind: ToldPrice['kind'],
  thing: string,
  location: string,
): ReturnType<typeof pricesOf> | undefined {
  const told = state.prices.findLast(
    (one) => one.kind === kind && thingOf(one) === thing && (one.location ?? location) === location,
  );
  return told && pricesOf(told.monthly, told.hourly);
}
