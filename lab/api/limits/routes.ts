import type { Api, ApiContext } from '../http/api.ts';
import { ToldLimits } from './limits.ts';

/**
 * /_lab/limits: how many of a kind the project may have. Not a part of Hetzner's API, so it stands beside /v1, with the same
 * tokens. `GET` what was told, `PUT` a change of some, `DELETE` for Hetzner's again.
 */
export function limitRoutes(api: Api, { store }: Pick<ApiContext, 'store'>): void {
  const schema = { response: { 200: ToldLimits } };
  api.get('/limits', { schema }, () => store.state.limits);
  api.put('/limits', { schema: { ...schema, body: ToldLimits } }, (request) =>
    store.update((draft) => {
      draft.limits = { ...draft.limits, ...request.body };
      return draft.limits;
    }),
  );
  api.delete('/limits', (_request, reply) => {
    store.update((draft) => {
      draft.limits = {};
    });
    return reply.code(204).send();
  });
}
