import { z } from 'zod';

export const Price = z.strictObject({ net: z.string(), gross: z.string() });

export const LocationPrice = z.strictObject({
  location: z.string(),
  price_hourly: Price,
  price_monthly: Price,
  included_traffic: z.int(),
  price_per_tb_traffic: Price,
});
export type LocationPrice = z.infer<typeof LocationPrice>;

/** Germany's VAT, in percent, as an account without a VAT id pays it. */
export const vatRate = '19.000000';

/** A price in euro as the API writes it: decimals in a string. */
export const price = (net: number): z.infer<typeof Price> => ({
  net: net.toFixed(10),
  gross: `${(net * 1.19).toFixed(10)}000000`,
});

const TERABYTE = 1000 ** 4;

/** What something costs, net. By default, an hour costs a 624th of a month, the ratio in Hetzner's own list. */
export const pricesOf = (monthly: number, hourly = monthly / 624) => ({
  price_hourly: price(hourly),
  price_monthly: price(monthly),
});

/** What a server costs at a location. */
export const serverPrice = (location: string, monthly: number): LocationPrice => ({
  location,
  ...pricesOf(monthly),
  included_traffic: 20 * TERABYTE,
  price_per_tb_traffic: price(1),
});
