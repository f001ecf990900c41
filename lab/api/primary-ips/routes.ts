import { z } from 'zod';
import { addFinishedAction } from '../actions/add.ts';
import { ActionAnswer, presentAction } from '../actions/record.ts';
import { LocationAnswer, locations } from '../catalog/locations.ts';
import { timestamp } from '../clock.ts';
import { ApiError, invalidField, isProtected, notFound, notInTheLab, notUnique } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { findByIdOrName, Id, IdOrName, IdParams, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery } from '../listing/query.ts';
import type { State } from '../state/state.ts';
import { addPrimaryIp } from './addresses.ts';
import { setDnsPtr } from './dns-ptr.ts';
import { PrimaryIpRecord } from './record.ts';

/** `unassigned` since August 2026: https://docs.hetzner.cloud/changelog#2026-04-27-primary-ips-will-return-unassigned */
export const PrimaryIpAnswer = PrimaryIpRecord.omit({ location: true }).extend({
  location: LocationAnswer,
  assignee_type: z.enum(['server', 'unassigned']),
  blocked: z.boolean(),
});
type PrimaryIpAnswer = z.infer<typeof PrimaryIpAnswer>;

const One = z.strictObject({ primary_ip: PrimaryIpAnswer });
const Action = z.strictObject({ action: ActionAnswer });

function present({ location, ...record }: PrimaryIpRecord): PrimaryIpAnswer {
  const place = locations.find(({ name }) => name === location);
  if (!place) throw new Error(`no such location: ${location}`);
  return {
    ...record,
    location: place,
    assignee_type: record.assignee_id === null ? 'unassigned' : 'server',
    blocked: false,
  };
}

function existing(state: State, id: number): PrimaryIpRecord {
  const primaryIp = state.primaryIps.find((candidate) => candidate.id === id);
  if (!primaryIp) throw notFound('primary IP', id);
  return primaryIp;
}

function refuseTakenName(state: State, name: string, self?: number): void {
  if (state.primaryIps.some((primaryIp) => primaryIp.name === name && primaryIp.id !== self))
    throw notUnique('primary IP name is already used', 'name');
}

/** The wire of a machine gets its address when it is made; it can't be given another one later. */
const cannotMove = () => notInTheLab('an address that comes to a server, or leaves it, after its creation');

/** /primary_ips: https://docs.hetzner.cloud/reference/cloud#tag/primary-ips */
export function primaryIpRoutes(api: Api, { store, clock, limits }: ApiContext): void {
  api.get(
    '/primary_ips',
    {
      schema: {
        querystring: listQuery('id', 'created').extend({ ip: z.string().optional() }),
        response: { 200: z.strictObject({ primary_ips: z.array(PrimaryIpAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { ip } = request.query;
      const { items, meta } = pageOf(
        store.state.primaryIps.filter((primaryIp) => ip === undefined || primaryIp.ip === ip),
        request.query,
      );
      return { primary_ips: items.map(present), meta };
    },
  );

  api.post(
    '/primary_ips',
    {
      schema: {
        body: z.object({
          name: ResourceName,
          type: z.enum(['ipv4', 'ipv6']),
          location: IdOrName.optional(),
          assignee_type: z.enum(['server']).optional(),
          assignee_id: Id.nullish(),
          auto_delete: z.boolean().default(false),
          labels: Labels.default({}),
        }),
        response: {
          201: One,
        },
      },
    },
    (request) => {
      const { name, type, auto_delete, labels } = request.body;
      if (request.body.assignee_id) throw cannotMove();
      const location = findByIdOrName(locations, request.body.location ?? '');
      if (!location) throw invalidField('location', 'is not a location');
      const primary_ip = store.update((draft) => {
        refuseTakenName(draft, name);
        return addPrimaryIp(
          draft,
          {
            name,
            type,
            location: location.name,
            auto_delete,
            labels,
            assignee_id: null,
            created: timestamp(clock),
          },
          limits,
        );
      });
      return { primary_ip: present(primary_ip) };
    },
  );

  api.get('/primary_ips/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) => ({
    primary_ip: present(existing(store.state, request.params.id)),
  }));

  api.put(
    '/primary_ips/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({
          name: ResourceName.optional(),
          labels: Labels.optional(),
          auto_delete: z.boolean().optional(),
        }),
        response: { 200: One },
      },
    },
    (request) => ({
      primary_ip: store.update((draft) => {
        const primaryIp = existing(draft, request.params.id);
        const { name, labels, auto_delete } = request.body;
        if (name !== undefined) refuseTakenName(draft, name, primaryIp.id);
        Object.assign(
          primaryIp,
          name !== undefined && { name },
          labels && { labels },
          auto_delete !== undefined && { auto_delete },
        );
        return present(primaryIp);
      }),
    }),
  );

  api.delete('/primary_ips/:id', { schema: { params: IdParams } }, (request, reply) => {
    store.update((draft) => {
      const primaryIp = existing(draft, request.params.id);
      if (primaryIp.protection.delete) throw isProtected('primary IP deletion');
      if (primaryIp.assignee_id !== null)
        throw new ApiError('must_be_unassigned', 'primary IP must be unassigned before it is deleted');
      draft.primaryIps = draft.primaryIps.filter(({ id }) => id !== primaryIp.id);
    });
    return reply.code(204).send();
  });

  api.post(
    '/primary_ips/:id/actions/change_protection',
    {
      schema: { params: IdParams, body: z.object({ delete: z.boolean() }), response: { 201: Action } },
    },
    (request) => {
      const action = store.update((draft) => {
        const primaryIp = existing(draft, request.params.id);
        primaryIp.protection.delete = request.body.delete;
        return addFinishedAction(draft, timestamp(clock), 'change_protection', [
          { type: 'primary_ip', id: primaryIp.id },
        ]);
      });
      return { action: presentAction(action) };
    },
  );

  api.post(
    '/primary_ips/:id/actions/change_dns_ptr',
    {
      schema: {
        params: IdParams,
        body: z.object({ ip: z.string(), dns_ptr: z.string().nullable() }),
        response: { 201: Action },
      },
    },
    (request) => {
      const action = store.update((draft) => {
        const primaryIp = existing(draft, request.params.id);
        setDnsPtr(primaryIp, request.body.ip, request.body.dns_ptr);
        return addFinishedAction(draft, timestamp(clock), 'change_dns_ptr', [
          { type: 'primary_ip', id: primaryIp.id },
        ]);
      });
      return { action: presentAction(action) };
    },
  );

  for (const action of ['assign', 'unassign']) {
    api.post(`/primary_ips/:id/actions/${action}`, { schema: { params: IdParams } }, (request) => {
      existing(store.state, request.params.id);
      throw cannotMove();
    });
  }
}
