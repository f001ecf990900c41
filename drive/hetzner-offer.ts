import { z } from 'zod';
import { askHetzner } from './hetzner-api.ts';

const price = z.object({ net: z.coerce.number() });

const serverTypesAnswer = z.object({
  server_types: z.array(
    z.object({
      name: z.string(),
      prices: z.array(z.object({ location: z.string(), price_monthly: price })),
      /** Absent from older answers: then nothing is known of stock. */
      locations: z.array(z.object({ name: z.string(), available: z.boolean().default(true) })).optional(),
    }),
  ),
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
});

const pricingAnswer = z.object({
  pricing: z.object({
    currency: z.string(),
    primary_ips: z.array(
      z.object({
        type: z.string(),
        prices: z.array(z.object({ location: z.string(), price_monthly: price })),
      }),
    ),
  }),
});

/** A type of server at a location. */
export interface ServerOffer {
  /** Net price a month, with the public IPv4 address that every server gets. */
  readonly monthly: number;
  /** Whether a server can be ordered now. */
  readonly available: boolean;
}

/** What Hetzner sells. */
export interface Offer {
  readonly currency: string;
  /** By type, then by location; what is missing is not sold there. */
  readonly serverTypes: ReadonlyMap<string, ReadonlyMap<string, ServerOffer>>;
}

/**
 * Asks Hetzner for its server types, their prices and where they can be had now
 * (https://docs.hetzner.cloud/reference/cloud#server-types, #pricing).
 */
export async function readOffer(env: NodeJS.ProcessEnv): Promise<Offer> {
  const { pricing } = await askHetzner(env, '/pricing', pricingAnswer);
  const addresses = new Map(
    pricing.primary_ips
      .filter(({ type }) => type === 'ipv4')
      .flatMap(({ prices }) => prices.map(({ location, price_monthly }) => [location, price_monthly.net])),
  );
  const serverTypes = new Map<string, ReadonlyMap<string, ServerOffer>>();
  for (let page: number | null = 1; page !== null;) {
    const answer: z.output<typeof serverTypesAnswer> = await askHetzner(
      env,
      `/server_types?per_page=50&page=${page}`,
      serverTypesAnswer,
    );
    for (const { name, prices, locations } of answer.server_types) {
      const offers = prices
        .filter(({ location }) => locations?.some((one) => one.name === location) ?? true)
        .map(
          ({ location, price_monthly }) =>
            [
              location,
              {
                monthly: price_monthly.net + (addresses.get(location) ?? 0),
                available: locations?.find((one) => one.name === location)?.available ?? true,
              },
            ] as const,
        );
      serverTypes.set(name, new Map(offers));
    }
    page = answer.meta.pagination.next_page;
  }
  return { currency: pricing.currency, serverTypes };
}
