import { z } from 'zod';
import { Id } from '../identity.ts';
import { locations } from './locations.ts';
import { toldPrice } from '../prices/told-prices.ts';
import type { State } from '../state/state.ts';
import { LocationPrice, Price, price, pricesOf, vatRate } from './prices.ts';
import type { ServerTypeAnswer } from './server-types.ts';

const ByType = z.strictObject({ id: Id, name: z.string(), prices: z.array(LocationPrice) });
const family = z.enum(['ipv4', 'ipv6']);

export const PricingAnswer = z.strictObject({
  currency: z.string(),
  vat_rate: z.string(),
  image: z.strictObject({ price_per_gb_month: Price }),
  volume: z.strictObject({ price_per_gb_month: Price }),
  server_backup: z.strictObject({ percentage: z.string() }),
  server_types: z.array(ByType),
  load_balancer_types: z.array(ByType),
  primary_ips: z.array(
    z.strictObject({
      type: family,
      prices: z.array(z.strictObject({ location: z.string(), price_hourly: Price, price_monthly: Price })),
    }),
  ),
  floating_ip: z.strictObject({ price_monthly: Price }),
  floating_ips: z.array(
    z.strictObject({
      type: family,
      prices: z.array(z.strictObject({ location: z.string(), price_monthly: Price })),
    }),
  ),
});

/** What a primary IP costs where the lab was told nothing else. */
const primaryIpPrices = { ipv4: pricesOf(0.5, 0.0008), ipv6: pricesOf(0) };

/**
 * Everything's price; `types` are as they are offered now. What the lab does not have costs nothing and is listed where the form
 * of the answer wants it.
 */
export const pricing = (state: State, types: readonly ServerTypeAnswer[]): z.infer<typeof PricingAnswer> => ({
  currency: 'EUR',
  vat_rate: vatRate,
  image: { price_per_gb_month: price(0) },
  volume: { price_per_gb_month: price(0) },
  server_backup: { percentage: '20.0000000000' },
  server_types: types.map(({ id, name, prices }) => ({ id, name, prices })),
  load_balancer_types: [],
  primary_ips: (['ipv4', 'ipv6'] as const).map((type) => ({
    type,
    prices: locations.map(({ name }) => ({
      location: name,
      ...(toldPrice(state, 'primary-ip', type, name) ?? primaryIpPrices[type]),
    })),
  })),
  floating_ip: { price_monthly: price(0) },
  floating_ips: [],
});
