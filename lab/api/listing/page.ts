import { z } from 'zod';
import { labelSelector } from '../label-selector.ts';
import type { Labels } from '../labels.ts';
import type { ListQuery } from './query.ts';

export const Meta = z.strictObject({
  pagination: z.strictObject({
    page: z.int(),
    per_page: z.int(),
    previous_page: z.int().nullable(),
    next_page: z.int().nullable(),
    last_page: z.int(),
    total_entries: z.int(),
  }),
});

type Listed = { readonly id: number; readonly name?: string | null; readonly labels?: Labels };

const valueOf = (item: object, field: string): string | number => {
  const value: unknown = (item as Record<string, unknown>)[field];
  return typeof value === 'number' ? value : String(value ?? '');
};

function compare(left: Listed, right: Listed, sort: readonly string[]): number {
  for (const by of sort) {
    const [field = '', direction] = by.split(':');
    const [a, b] = [valueOf(left, field), valueOf(right, field)];
    if (a !== b) return (a < b ? -1 : 1) * (direction === 'desc' ? -1 : 1);
  }
  return left.id - right.id;
}

/**
 * The page that a list's query asks for: filtered by name and label selector, sorted (by id unless told), cut.
 * Filters that only one resource has are applied by its route before.
 */
export function pageOf<Item extends Listed>(items: readonly Item[], query: ListQuery) {
  const selected = labelSelector(query.label_selector ?? '');
  const all = items
    .filter((item) => query.name === undefined || item.name === query.name)
    .filter((item) => selected(item.labels ?? {}))
    .sort((left, right) => compare(left, right, query.sort ?? []));
  const { page, per_page } = query;
  const last_page = Math.max(1, Math.ceil(all.length / per_page));
  return {
    items: all.slice((page - 1) * per_page, page * per_page),
    meta: {
      pagination: {
        page,
        per_page,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < last_page ? page + 1 : null,
        last_page,
        total_entries: all.length,
      },
    },
  };
}
