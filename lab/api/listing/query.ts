import { z } from 'zod';

/** Hetzner answers at most 50 entries a page (https://docs.hetzner.cloud/reference/cloud#description/pagination). */
const MOST_PER_PAGE = 50;

/** A query parameter that can be given several times: always a list, or undefined when it is not given at all. */
export const repeated = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === undefined ? undefined : [value].flat()), z.array(item).optional());

const direction = /^[a-z_]+(:(asc|desc))?$/;

/** The query parameters that every list has, with the fields by which it can be sorted. */
export const listQuery = (...sortFields: string[]) =>
  z.object({
    page: z.coerce.number().int().min(1).default(1),
    per_page: z.coerce
      .number()
      .int()
      .min(1)
      .default(25)
      .transform((wanted) => Math.min(wanted, MOST_PER_PAGE)),
    name: z.string().optional(),
    label_selector: z.string().optional(),
    sort: repeated(
      z
        .string()
        .refine(
          (sort) => direction.test(sort) && sortFields.includes(sort.split(':')[0] ?? ''),
          `must be one of ${sortFields.join(', ')}, with :asc or :desc`,
        ),
    ),
  });

export type ListQuery = z.infer<ReturnType<typeof listQuery>>;
