import { z } from 'zod';
import { addAction, addFinishedAction } from '../actions/add.ts';
import { ActionAnswer, presentAction } from '../actions/record.ts';
import { locations } from '../catalog/locations.ts';
import { timestamp } from '../clock.ts';
import { ApiError, invalidField, isProtected, notFound, notInTheLab, notUnique } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { Id, IdParams, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery } from '../listing/query.ts';
import { newId, type State } from '../state/state.ts';
import { contains, firstFree24, gatewayOf, isPrivateRange, overlaps, rangeOf } from './ranges.ts';
import { NetworkRecord } from './record.ts';

export const NetworkAnswer = NetworkRecord.omit({ attachments: true }).extend({
  servers: z.array(Id),
  load_balancers: z.array(Id),
});
type NetworkAnswer = z.infer<typeof NetworkAnswer>;

const One = z.strictObject({ network: NetworkAnswer });
const Action = z.strictObject({ action: ActionAnswer });

const SubnetRequest = z.object({
  type: z.enum(['cloud', 'server', 'vswitch']),
  ip_range: z.string().optional(),
  network_zone: z.string(),
  vswitch_id: z.int().optional(),
});
const RouteRequest = z.object({ destination: z.string(), gateway: z.string() });

const present = ({ attachments, ...network }: NetworkRecord): NetworkAnswer => ({
  ...network,
  servers: attachments.map(({ server }) => server),
  load_balancers: [],
});

/** A network by its id. Throws `not_found`. */
export function existingNetwork(state: State, id: number): NetworkRecord {
  const network = state.networks.find((candidate) => candidate.id === id);
  if (!network) throw notFound('network', id);
  return network;
}

function refuseTakenName(state: State, name: string, self?: number): void {
  if (state.networks.some((network) => network.name === name && network.id !== self))
    throw notUnique('network name is already used', 'name');
}

function addSubnet(network: NetworkRecord, asked: z.infer<typeof SubnetRequest>): void {
  if (asked.type === 'vswitch') throw notInTheLab('a vSwitch');
  if (!locations.some(({ network_zone }) => network_zone === asked.network_zone))
    throw invalidField('network_zone', 'is not a network zone');
  const taken = network.subnets.map(({ ip_range }) => ip_range);
  const ip_range = asked.ip_range ?? firstFree24(network.ip_range, taken);
  if (ip_range === undefined || !contains(network.ip_range, ip_range))
    throw invalidField('ip_range', "is not within the network's range");
  if (taken.some((other) => overlaps(other, ip_range)))
    throw invalidField('ip_range', 'overlaps with another subnet');
  network.subnets.push({
    type: asked.type,
    ip_range,
    network_zone: asked.network_zone,
    gateway: gatewayOf(network.ip_range),
    vswitch_id: null,
  });
}

function addRoute(network: NetworkRecord, { destination, gateway }: z.infer<typeof RouteRequest>): void {
  if (destination !== '0.0.0.0/0' && !rangeOf(destination))
    throw invalidField('destination', 'is not an IPv4 network');
  if (!contains(network.ip_range, `${gateway}/32`))
    throw invalidField('gateway', 'is not within the network');
  if (network.routes.some((route) => route.destination === destination))
    throw invalidField('destination', 'has a route already');
  network.routes.push({ destination, gateway });
}

/** /networks: https://docs.hetzner.cloud/reference/cloud#tag/networks */
export function networkRoutes(api: Api, { store, clock }: ApiContext): void {
  api.get(
    '/networks',
    {
      schema: {
        querystring: listQuery('id', 'name', 'created'),
        response: { 200: z.strictObject({ networks: z.array(NetworkAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { items, meta } = pageOf(store.state.networks, request.query);
      return { networks: items.map(present), meta };
    },
  );

  api.post(
    '/networks',
    {
      schema: {
        body: z.object({
          name: ResourceName,
          ip_range: z.string().refine(isPrivateRange, 'must be a private IPv4 network (RFC 1918)'),
          subnets: z.array(SubnetRequest).default([]),
          routes: z.array(RouteRequest).default([]),
          expose_routes_to_vswitch: z.boolean().default(false),
          labels: Labels.default({}),
        }),
        response: { 201: One },
      },
    },
    (request) => {
      const { name, ip_range, subnets, routes, expose_routes_to_vswitch, labels } = request.body;
      const network = store.update((draft) => {
        refuseTakenName(draft, name);
        const record: NetworkRecord = {
          id: newId(draft),
          name,
          ip_range,
          subnets: [],
          routes: [],
          attachments: [],
          expose_routes_to_vswitch,
          labels,
          protection: { delete: false },
          created: timestamp(clock),
        };
        for (const subnet of subnets) addSubnet(record, subnet);
        for (const route of routes) addRoute(record, route);
        draft.networks.push(record);
        return record;
      });
      return { network: present(network) };
    },
  );

  api.get('/networks/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) => ({
    network: present(existingNetwork(store.state, request.params.id)),
  }));

  api.put(
    '/networks/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({
          name: ResourceName.optional(),
          labels: Labels.optional(),
          expose_routes_to_vswitch: z.boolean().optional(),
        }),
        response: { 200: One },
      },
    },
    (request) => ({
      network: store.update((draft) => {
        const network = existingNetwork(draft, request.params.id);
        const { name, labels, expose_routes_to_vswitch } = request.body;
        if (name !== undefined) refuseTakenName(draft, name, network.id);
        Object.assign(
          network,
          name !== undefined && { name },
          labels && { labels },
          expose_routes_to_vswitch !== undefined && { expose_routes_to_vswitch },
        );
        return present(network);
      }),
    }),
  );

  api.delete('/networks/:id', { schema: { params: IdParams } }, (request, reply) => {
    store.update((draft) => {
      const network = existingNetwork(draft, request.params.id);
      if (network.protection.delete) throw isProtected('network deletion');
      // Attached servers are detached (https://docs.hetzner.cloud/reference/cloud#networks-delete-a-network).
      for (const { server } of network.attachments)
        addAction(
          draft,
          timestamp(clock),
          'detach_from_network',
          [
            { type: 'server', id: server },
            { type: 'network', id: network.id },
          ],
          { kind: 'hold_networks', server },
        );
      draft.networks = draft.networks.filter(({ id }) => id !== network.id);
    });
    return reply.code(204).send();
  });

  const action = <Body extends z.ZodType>(
    name: string,
    body: Body,
    change: (network: NetworkRecord, asked: z.infer<Body>) => void,
  ) =>
    api.post(
      `/networks/:id/actions/${name}`,
      { schema: { params: IdParams, body, response: { 201: Action } } },
      (request) => {
        const { id } = request.params as z.infer<typeof IdParams>;
        const record = store.update((draft) => {
          change(existingNetwork(draft, id), request.body as z.infer<Body>);
          return addFinishedAction(draft, timestamp(clock), name, [{ type: 'network', id }]);
        });
        return { action: presentAction(record) };
      },
    );

  action('add_subnet', SubnetRequest, addSubnet);
  action('add_route', RouteRequest, addRoute);
  action('delete_subnet', z.object({ ip_range: z.string() }), (network, { ip_range }) => {
    if (network.attachments.some(({ ip }) => contains(ip_range, `${ip}/32`)))
      throw new ApiError('resource_in_use', 'servers are attached to the subnet');
    const kept = network.subnets.filter((subnet) => subnet.ip_range !== ip_range);
    if (kept.length === network.subnets.length) throw new ApiError('not_found', `no subnet ${ip_range}`);
    network.subnets = kept;
  });
  action('delete_route', RouteRequest, (network, { destination, gateway }) => {
    const kept = network.routes.filter(
      (route) => route.destination !== destination || route.gateway !== gateway,
    );
    if (kept.length === network.routes.length) throw new ApiError('not_found', `no route to ${destination}`);
    network.routes = kept;
  });
  action('change_ip_range', z.object({ ip_range: z.string() }), (network, { ip_range }) => {
    const [before, after] = [rangeOf(network.ip_range), rangeOf(ip_range)];
    if (!isPrivateRange(ip_range) || !before || before.first !== after?.first || after.last < before.last)
      throw invalidField('ip_range', 'must begin as before and not be smaller');
    network.ip_range = ip_range;
  });
  action('change_protection', z.object({ delete: z.boolean().optional() }), (network, asked) => {
    if (asked.delete !== undefined) network.protection.delete = asked.delete;
  });
}
