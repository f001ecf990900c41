import { z } from 'zod';
import { ApiError, notFound } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { Id, IdParams } from '../identity.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery, repeated } from '../listing/query.ts';
import { ActionAnswer, presentAction, type ActionRecord, type ActionResource } from './record.ts';

const List = z.strictObject({ actions: z.array(ActionAnswer), meta: Meta });
const One = z.strictObject({ action: ActionAnswer });
const OfResource = IdParams.extend({ action_id: z.coerce.number().int().min(1) });

const query = listQuery('id', 'command', 'status', 'started', 'finished').extend({
  id: repeated(z.coerce.number().pipe(Id)),
  status: repeated(z.enum(['running', 'success', 'error'])),
});

/** Actions that are asked for by their ids come all at once: https://docs.hetzner.cloud/reference/cloud#tag/actions/get_actions */
const Chosen = List.omit({ meta: true });

const answer = (actions: readonly ActionRecord[], asked: z.infer<typeof query>) => {
  const { id, status } = asked;
  const { items, meta } = pageOf(
    actions.filter(
      (action) => (id?.includes(action.id) ?? true) && (status?.includes(action.status) ?? true),
    ),
    asked,
  );
  return { actions: items.map(presentAction), meta };
};

const concerns = (action: ActionRecord, type: ActionResource['type'], id?: number) =>
  action.resources.some((resource) => resource.type === type && (id === undefined || resource.id === id));

/** /actions, and the actions of each kind of resource and of each resource. */
export function actionRoutes(api: Api, { store }: ApiContext): void {
  const one = (id: number, isMeant: (action: ActionRecord) => boolean = () => true) => {
    const action = store.state.actions.find((candidate) => candidate.id === id && isMeant(candidate));
    if (!action) throw notFound('action', id);
    return { action: presentAction(action) };
  };

  api.get('/actions', { schema: { querystring: query, response: { 200: Chosen } } }, (request) => {
    // Listing all actions of a project has been gone since January 2025.
    if (!request.query.id) {
      throw new ApiError('deprecated_api_endpoint', 'listing arbitrary actions was removed: give their ids', {
        announcement: 'https://docs.hetzner.cloud/changelog#2023-07-20-actions-list-endpoint-is-deprecated',
      });
    }
    const { actions } = answer(store.state.actions, { ...request.query, page: 1, per_page: Infinity });
    return { actions };
  });

  api.get('/actions/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) =>
    one(request.params.id),
  );

  const kinds = [
    ['servers', 'server'],
    ['firewalls', 'firewall'],
    ['networks', 'network'],
    ['primary_ips', 'primary_ip'],
  ] as const;
  for (const [path, type] of kinds) {
    api.get(`/${path}/actions`, { schema: { querystring: query, response: { 200: List } } }, (request) =>
      answer(
        store.state.actions.filter((action) => concerns(action, type)),
        request.query,
      ),
    );
    api.get(`/${path}/actions/:id`, { schema: { params: IdParams, response: { 200: One } } }, (request) =>
      one(request.params.id, (action) => concerns(action, type)),
    );
    api.get(
      `/${path}/:id/actions`,
      { schema: { params: IdParams, querystring: query, response: { 200: List } } },
      (request) =>
        answer(
          store.state.actions.filter((action) => concerns(action, type, request.params.id)),
          request.query,
        ),
    );
    api.get(
      `/${path}/:id/actions/:action_id`,
      { schema: { params: OfResource, response: { 200: One } } },
      (request) => one(request.params.action_id, (action) => concerns(action, type, request.params.id)),
    );
  }
}
