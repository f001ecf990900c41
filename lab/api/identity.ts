import { z } from 'zod';

/** Ids are numbers up to 2^53 - 1, as in Hetzner's API. */
export const Id = z.int().min(1);

/** The id in a path. */
export const IdParams = z.object({ id: z.coerce.number().int().min(1) });

/** Where a request may name a thing by its id or by its name. Digits alone are an id. */
export const IdOrName = z
  .union([z.int().min(1), z.string().min(1)], 'must be an ID or a name')
  .transform((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value));

/** Finds what `IdOrName` points at. */
export const findByIdOrName = <Item extends { readonly id: number; readonly name: string | null }>(
  items: readonly Item[],
  wanted: number | string,
): Item | undefined =>
  items.find(({ id, name }) => (typeof wanted === 'number' ? id === wanted : name === wanted));

/** A name of a resource that is no host: not empty, at most 128 characters. */
export const ResourceName = z.string().min(1, 'must not be empty').max(128, 'is too long');

const hostname = /^(?!.{254})[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** A server's name is a hostname after RFC 1123. */
export const Hostname = z.string().regex(hostname, 'must be a valid hostname');
