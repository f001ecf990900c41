import { isSoldOut } from '../faults/stock-out.ts';
import { toldPrice } from '../prices/told-prices.ts';
import type { State } from '../state/state.ts';
import type { ServerTypeAnswer } from './server-types.ts';

/** A type of server as it is offered now: in stock, and for a price, as the lab was told. */
export const offered = (state: State, type: ServerTypeAnswer): ServerTypeAnswer => ({
  ...type,
  prices: type.prices.map((price) => ({
    ...price,
    ...toldPrice(state, 'server', type.name, price.location),
  })),
  locations: type.locations.map((location) => ({
    ...location,
    available: location.available && !isSoldOut(state, location.name, type.name),
  })),
});
