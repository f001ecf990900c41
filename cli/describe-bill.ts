import type { Bill } from '../drive/bill.ts';
import { table } from './table.ts';

/** Prices a month, and whether Hetzner has the servers. */
export function describeBill({ rows, monthly, findings }: Bill, currency: string): string {
  const money = (amount: number | undefined) => (amount === undefined ? '?' : amount.toFixed(2));
  return [
    table(
      ['pool', 'type', 'location', 'servers', `${currency} a month each`, 'together'],
      rows.map(({ pool, serverType, location, count, each }) => [
        pool,
        serverType,
        location,
        String(count),
        money(each),
        money(each === undefined ? undefined : each * count),
      ]),
    ),
    `Together ${currency} ${money(monthly)} a month: Hetzner's list without VAT, a public IPv4 address for each server included.`,
    ...(findings.length === 0 ? ['Hetzner has all servers in stock that are still to be made.'] : findings),
  ].join('\n');
}
