import { z } from 'zod';
import { ActionAnswer } from '../actions/record.ts';
import { timestamp } from '../clock.ts';
import { ApiError, limitExceeded, notFound, notUnique } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { Id, IdParams, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';
import type { Limits } from '../limits/limits.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery, repeated } from '../listing/query.ts';
import { newId, type State } from '../state/state.ts';
import { PlacementGroupRecord } from './record.ts';

export const PlacementGroupAnswer = PlacementGroupRecord.extend({ servers: z.array(Id) });
export type PlacementGroupAnswer = z.infer<typeof PlacementGroupAnswer>;

const One = z.strictObject({ placement_group: PlacementGroupAnswer });

/** A placement group with the servers that are in it. */
export const presentPlacementGroup = (state: State, group: PlacementGroupRecord): PlacementGroupAnswer => ({
  ...group,
  servers: state.servers.filter(({ placementGroup }) => placementGroup === group.id).map(({ id }) => id),
});

export function existingPlacementGroup(state: State, id: number): PlacementGroupRecord {
  const group = state.placementGroups.find((candidate) => candidate.id === id);
  if (!group) throw notFound('placement group', id);
  return group;
}

/** Throws when a placement group is full. The words are the real API's (hetznercloud/terraform-provider-hcloud, issue 1170). */
export function refuseFullPlacementGroup(
  state: State,
  id: number,
  { serversPerPlacementGroup }: Limits,
): void {
  const members = state.servers.filter(({ placementGroup }) => placementGroup === id).length;
  if (members >= serversPerPlacementGroup) {
    throw new ApiError(
      'placement_group_member_limit_reached',
      `placement group with ID ${id} contains already ${members} servers`,
    );
  }
}

function refuseTakenName(state: State, name: string, self?: number): void {
  if (state.placementGroups.some((group) => group.name === name && group.id !== self))
    throw notUnique('placement group name is already used', 'name');
}

/** /placement_groups: https://docs.hetzner.cloud/reference/cloud#tag/placement-groups */
export function placementGroupRoutes(api: Api, { store, clock, limits }: ApiContext): void {
  api.get(
    '/placement_groups',
    {
      schema: {
        querystring: listQuery('id', 'name', 'created').extend({ type: repeated(z.enum(['spread'])) }),
        response: { 200: z.strictObject({ placement_groups: z.array(PlacementGroupAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const groups = store.state.placementGroups.map((group) => presentPlacementGroup(store.state, group));
      const { items, meta } = pageOf(groups, request.query);
      return { placement_groups: items, meta };
    },
  );

  api.post(
    '/placement_groups',
    {
      schema: {
        body: z.object({ name: ResourceName, type: z.enum(['spread']), labels: Labels.default({}) }),
        response: {
          201: z.strictObject({ placement_group: PlacementGroupAnswer, action: ActionAnswer.nullable() }),
        },
      },
    },
    (request) => {
      const { name, type, labels } = request.body;
      const placement_group = store.update((draft) => {
        refuseTakenName(draft, name);
        if (draft.placementGroups.length >= limits.placementGroups)
          throw limitExceeded('placement group limit exceeded', 'placement_group_limit');
        const group = { id: newId(draft), name, type, labels, created: timestamp(clock) };
        draft.placementGroups.push(group);
        return presentPlacementGroup(draft, group);
      });
      return { placement_group, action: null };
    },
  );

  api.get('/placement_groups/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) => ({
    placement_group: presentPlacementGroup(
      store.state,
      existingPlacementGroup(store.state, request.params.id),
    ),
  }));

  api.put(
    '/placement_groups/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({ name: ResourceName.optional(), labels: Labels.optional() }),
        response: { 200: One },
      },
    },
    (request) => ({
      placement_group: store.update((draft) => {
        const group = existingPlacementGroup(draft, request.params.id);
        const { name, labels } = request.body;
        if (name !== undefined) refuseTakenName(draft, name, group.id);
        Object.assign(group, name !== undefined && { name }, labels && { labels });
        return presentPlacementGroup(draft, group);
      }),
    }),
  );

  api.delete('/placement_groups/:id', { schema: { params: IdParams } }, (request, reply) => {
    store.update((draft) => {
      const { id } = existingPlacementGroup(draft, request.params.id);
      // Hetzner does not document what it does here. Refusing brings to light deletions whose order is left to luck.
      if (draft.servers.some(({ placementGroup }) => placementGroup === id))
        throw new ApiError('resource_in_use', 'placement group has servers');
      draft.placementGroups = draft.placementGroups.filter((group) => group.id !== id);
    });
    return reply.code(204).send();
  });
}
