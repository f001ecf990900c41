import { z } from 'zod';
import { serverTypes } from '../catalog/server-types.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { tellPrice, ToldPrice } from './told-prices.ts';

const Told = z.strictObject({ prices: z.array(ToldPrice) });

/**
 * /_lab/prices: what servers and primary IPs cost. Not a part of Hetzner's API, so it stands beside /v1, with the same tokens.
 * `GET` what was told, `PUT` one price, `DELETE` for the lab's own again.
 */
export function priceRoutes(
  api: Api,
  { store, architecture }: Pick<ApiContext, 'store' | 'architecture'>,
): void {
  const schema = { response: { 200: Told } };
  api.get('/prices', { schema }, () => ({ prices: store.state.prices }));
  api.put('/prices', { schema: { ...schema, body: ToldPrice } }, (request) =>
    store.update((draft) => {
      tellPrice(draft, request.body, serverTypes(architecture));
      return { prices: draft.prices };
    }),
  );
  api.delete('/prices', (_request, reply) => {
    store.update((draft) => {
      draft.prices = [];
    });
    return reply.code(204).send();
  });
}
