import { z } from 'zod';
import { addFinishedAction } from '../actions/add.ts';
import { ActionAnswer, presentAction } from '../actions/record.ts';
import { timestamp } from '../clock.ts';
import { ApiError, limitExceeded, notFound, notUnique } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { IdParams, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery } from '../listing/query.ts';
import { newId, type State } from '../state/state.ts';
import { FirewallAnswer, presentFirewall } from './answer.ts';
import type { FirewallRecord } from './record.ts';
import { RuleRequest } from './rules.ts';
import { applyTo, removeFrom, serversOf, TargetRequest } from './targets.ts';
import { wireActions } from './wire-actions.ts';

const One = z.strictObject({ firewall: FirewallAnswer });
const Actions = z.strictObject({ actions: z.array(ActionAnswer) });

function existing(state: State, id: number): FirewallRecord {
  const firewall = state.firewalls.find((candidate) => candidate.id === id);
  if (!firewall) throw notFound('firewall', id);
  return firewall;
}

function refuseTakenName(state: State, name: string, self?: number): void {
  if (state.firewalls.some((firewall) => firewall.name === name && firewall.id !== self))
    throw notUnique('firewall name is already used', 'name');
}

/** /firewalls: https://docs.hetzner.cloud/reference/cloud#tag/firewalls */
export function firewallRoutes(api: Api, { store, clock, limits }: ApiContext): void {
  const Rules = z.array(RuleRequest).max(limits.rulesPerFirewall);

  api.get(
    '/firewalls',
    {
      schema: {
        querystring: listQuery('id', 'name', 'created'),
        response: { 200: z.strictObject({ firewalls: z.array(FirewallAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { items, meta } = pageOf(store.state.firewalls, request.query);
      return { firewalls: items.map((firewall) => presentFirewall(store.state, firewall)), meta };
    },
  );

  api.post(
    '/firewalls',
    {
      schema: {
        body: z.object({
          name: ResourceName,
          labels: Labels.default({}),
          rules: Rules.default([]),
          apply_to: z.array(TargetRequest).default([]),
        }),
        response: { 201: z.strictObject({ firewall: FirewallAnswer, actions: z.array(ActionAnswer) }) },
      },
    },
    (request) => {
      const { name, labels, rules, apply_to } = request.body;
      const created = timestamp(clock);
      const answer = store.update((draft) => {
        refuseTakenName(draft, name);
        if (draft.firewalls.length >= limits.firewalls)
          throw limitExceeded('firewall limit exceeded', 'firewall_limit');
        const firewall: FirewallRecord = { id: newId(draft), name, labels, rules, appliedTo: [], created };
        draft.firewalls.push(firewall);
        const servers = applyTo(draft, firewall, apply_to, limits, 422);
        const set = addFinishedAction(draft, created, 'set_firewall_rules', [
          { type: 'firewall', id: firewall.id },
        ]);
        const applied = wireActions(draft, created, 'apply_firewall', firewall, servers);
        return { firewall: presentFirewall(draft, firewall), actions: [set, ...applied].map(presentAction) };
      });
      return answer;
    },
  );

  api.get('/firewalls/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) => ({
    firewall: presentFirewall(store.state, existing(store.state, request.params.id)),
  }));

  api.put(
    '/firewalls/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({ name: ResourceName.optional(), labels: Labels.optional() }),
        response: { 200: One },
      },
    },
    (request) => ({
      firewall: store.update((draft) => {
        const firewall = existing(draft, request.params.id);
        const { name, labels } = request.body;
        if (name !== undefined) refuseTakenName(draft, name, firewall.id);
        Object.assign(firewall, name !== undefined && { name }, labels && { labels });
        return presentFirewall(draft, firewall);
      }),
    }),
  );

  api.delete('/firewalls/:id', { schema: { params: IdParams } }, (request, reply) => {
    store.update((draft) => {
      const firewall = existing(draft, request.params.id);
      if (firewall.appliedTo.length > 0)
        throw new ApiError('resource_in_use', `firewall with ID '${firewall.id}' is still in use`);
      draft.firewalls = draft.firewalls.filter(({ id }) => id !== firewall.id);
    });
    return reply.code(204).send();
  });

  api.post(
    '/firewalls/:id/actions/set_rules',
    { schema: { params: IdParams, body: z.object({ rules: Rules }), response: { 201: Actions } } },
    (request) => {
      const started = timestamp(clock);
      const actions = store.update((draft) => {
        const firewall = existing(draft, request.params.id);
        firewall.rules = request.body.rules;
        const set = addFinishedAction(draft, started, 'set_firewall_rules', [
          { type: 'firewall', id: firewall.id },
        ]);
        const servers = [...new Set(firewall.appliedTo.flatMap((target) => serversOf(draft, target)))];
        return [set, ...wireActions(draft, started, 'apply_firewall', firewall, servers)];
      });
      return { actions: actions.map(presentAction) };
    },
  );

  api.post(
    '/firewalls/:id/actions/apply_to_resources',
    {
      schema: {
        params: IdParams,
        body: z.object({ apply_to: z.array(TargetRequest) }),
        response: { 201: Actions },
      },
    },
    (request) => {
      const actions = store.update((draft) => {
        const firewall = existing(draft, request.params.id);
        const servers = applyTo(draft, firewall, request.body.apply_to, limits);
        return wireActions(draft, timestamp(clock), 'apply_firewall', firewall, servers);
      });
      return { actions: actions.map(presentAction) };
    },
  );

  api.post(
    '/firewalls/:id/actions/remove_from_resources',
    {
      schema: {
        params: IdParams,
        body: z.object({ remove_from: z.array(TargetRequest) }),
        response: { 201: Actions },
      },
    },
    (request) => {
      const actions = store.update((draft) => {
        const firewall = existing(draft, request.params.id);
        const servers = removeFrom(draft, firewall, request.body.remove_from);
        return wireActions(draft, timestamp(clock), 'remove_firewall', firewall, servers);
      });
      return { actions: actions.map(presentAction) };
    },
  );
}
