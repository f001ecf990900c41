import { z } from 'zod';
import { notFound } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { IdParams } from '../identity.ts';
import { newId } from '../state/state.ts';
import { Fault, FaultRecord } from './record.ts';

/**
 * /_lab/faults: what shall go wrong. Not a part of Hetzner's API, so it stands beside /v1, with the same tokens.
 * `POST` a fault, `GET` them all, `DELETE` one or all.
 */
export function faultRoutes(api: Api, { store }: Pick<ApiContext, 'store'>): void {
  api.get(
    '/faults',
    { schema: { response: { 200: z.strictObject({ faults: z.array(FaultRecord) }) } } },
    () => ({ faults: store.state.faults }),
  );

  api.post('/faults', { schema: { body: Fault, response: { 201: FaultRecord } } }, (request) => {
    const record = store.update((draft) => {
      const added = { id: newId(draft), fault: request.body, met: 0 };
      draft.faults.push(added);
      return added;
    });
    return record;
  });

  api.delete('/faults', (_request, reply) => {
    store.update((draft) => {
      draft.faults = [];
    });
    return reply.code(204).send();
  });

  api.delete('/faults/:id', { schema: { params: IdParams } }, (request, reply) => {
    const { id } = request.params;
    store.update((draft) => {
      if (!draft.faults.some((fault) => fault.id === id)) throw notFound('fault', id);
      draft.faults = draft.faults.filter((fault) => fault.id !== id);
    });
    return reply.code(204).send();
  });
}
