import { z } from 'zod';
import { addAction, addFinishedAction } from '../actions/add.ts';
import { ActionAnswer, presentAction, type ActionRecord } from '../actions/record.ts';
import { images } from '../catalog/images.ts';
import { serverTypes } from '../catalog/server-types.ts';
import { timestamp } from '../clock.ts';
import { ApiError, invalidField, isProtected, notFound, notInTheLab } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { findByIdOrName, Id, IdOrName, IdParams } from '../identity.ts';
import { attach, detach } from '../networks/attachments.ts';
import type { NetworkRecord } from '../networks/record.ts';
import { existingNetwork } from '../networks/routes.ts';
import { existingPlacementGroup, refuseFullPlacementGroup } from '../placement-groups/routes.ts';
import { setDnsPtr } from '../primary-ips/dns-ptr.ts';
import type { State } from '../state/state.ts';
import { runs } from './answer.ts';
import { UserData } from './create.ts';
import { existingServer, unlockedServer } from './existing.ts';
import type { ServerRecord } from './record.ts';

const Started = z.strictObject({ action: ActionAnswer });
const Rebuilt = z.strictObject({ action: ActionAnswer, root_password: z.string().nullable() });

const powerActions = {
  poweron: 'start_server',
  poweroff: 'stop_server',
  reboot: 'reboot_server',
  reset: 'reset_server',
  shutdown: 'shutdown_server',
} as const;

/** /servers/{id}/actions/…: https://docs.hetzner.cloud/reference/cloud#tag/server-actions */
export function serverActionRoutes(
  api: Api,
  { store, machines, architecture, clock, limits }: ApiContext,
): void {
  /** Changes the state, and tells the action that stands for the change. */
  const act = (change: (draft: State, now: string) => ActionRecord) => ({
    action: presentAction(store.update((draft) => change(draft, timestamp(clock)))),
  });

  async function refuseRunning(id: number): Promise<void> {
    if (await runs(machines, unlockedServer(store.state, id)))
      throw new ApiError('server_not_stopped', 'server must be stopped before this operation');
  }

  for (const [path, kind] of Object.entries(powerActions)) {
    api.post(
      `/servers/:id/actions/${path}`,
      { schema: { params: IdParams, response: { 201: Started } } },
      (request) =>
        act((draft, now) => {
          const { id } = unlockedServer(draft, request.params.id);
          return addAction(draft, now, kind, [{ type: 'server', id }], { kind, server: id });
        }),
    );
  }

  api.post(
    '/servers/:id/actions/rebuild',
    {
      schema: {
        params: IdParams,
        body: z.object({ image: IdOrName, user_data: UserData.optional() }),
        response: { 201: Rebuilt },
      },
    },
    (request) => {
      const started = act((draft, now) => {
        const server = unlockedServer(draft, request.params.id);
        if (server.protection.rebuild) throw isProtected('server rebuild');
        const current = serverTypes(architecture).find(({ id }) => id === server.serverType)?.architecture;
        const image = findByIdOrName(
          images.filter((candidate) => candidate.architecture === current),
          request.body.image,
        );
        if (!image) throw invalidField('image', 'is not an image that the lab can boot');
        server.image = image.id;
        if (request.body.user_data !== undefined) server.userData = request.body.user_data;
        return addAction(draft, now, 'rebuild_server', [{ type: 'server', id: server.id }], {
          kind: 'rebuild_server',
          server: server.id,
        });
      });
      return { ...started, root_password: null };
    },
  );

  api.post(
    '/servers/:id/actions/change_type',
    {
      schema: {
        params: IdParams,
        body: z.object({ server_type: IdOrName, upgrade_disk: z.boolean() }),
        response: { 201: Started },
      },
    },
    async (request) => {
      const { id } = request.params;
      await refuseRunning(id);
      const started = act((draft, now) => {
        const server = unlockedServer(draft, id);
        const types = serverTypes(architecture);
        const type = findByIdOrName(types, request.body.server_type);
        if (!type) throw invalidField('server_type', 'is not a server type');
        const fits =
          type.architecture === types.find((candidate) => candidate.id === server.serverType)?.architecture &&
          type.disk >= server.primaryDiskSize &&
          type.locations.some(({ name }) => name === server.location);
        if (!fits) throw new ApiError('invalid_server_type', 'the server type does not fit for the server');
        return addAction(draft, now, 'change_server_type', [{ type: 'server', id }], {
          kind: 'change_server_type',
          server: id,
          serverType: type.id,
          upgradeDisk: request.body.upgrade_disk,
          diskSize: type.disk,
        });
      });
      return started;
    },
  );

  api.post(
    '/servers/:id/actions/change_protection',
    {
      schema: {
        params: IdParams,
        body: z
          .object({ delete: z.boolean().optional(), rebuild: z.boolean().optional() })
          .refine(
            (asked) => asked.delete === asked.rebuild,
            'delete and rebuild need to have the same value',
          ),
        response: { 201: Started },
      },
    },
    (request) =>
      act((draft, now) => {
        const server = existingServer(draft, request.params.id);
        const { delete: wanted } = request.body;
        if (wanted !== undefined) server.protection = { delete: wanted, rebuild: wanted };
        return addFinishedAction(draft, now, 'change_protection', [{ type: 'server', id: server.id }]);
      }),
  );

  api.post(
    '/servers/:id/actions/add_to_placement_group',
    { schema: { params: IdParams, body: z.object({ placement_group: Id }), response: { 201: Started } } },
    async (request) => {
      const { id } = request.params;
      await refuseRunning(id);
      const started = act((draft, now) => {
        const server = unlockedServer(draft, id);
        const group = existingPlacementGroup(draft, request.body.placement_group);
        if (server.placementGroup !== group.id) refuseFullPlacementGroup(draft, group.id, limits);
        server.placementGroup = group.id;
        return addFinishedAction(draft, now, 'add_to_placement_group', [{ type: 'server', id }]);
      });
      return started;
    },
  );

  api.post(
    '/servers/:id/actions/remove_from_placement_group',
    { schema: { params: IdParams, response: { 201: Started } } },
    (request) =>
      act((draft, now) => {
        const server = unlockedServer(draft, request.params.id);
        server.placementGroup = null;
        return addFinishedAction(draft, now, 'remove_from_placement_group', [
          { type: 'server', id: server.id },
        ]);
      }),
  );

  /** Changes what networks a server is in, and has its machine follow. */
  const actOnNetwork = (
    command: 'attach_to_network' | 'detach_from_network',
    id: number,
    change: (draft: State, server: ServerRecord) => NetworkRecord,
  ) =>
    act((draft, now) => {
      const server = unlockedServer(draft, id);
      const network = change(draft, server);
      const resources = [
        { type: 'server', id },
        { type: 'network', id: network.id },
      ] as const;
      return addAction(draft, now, command, resources, { kind: 'hold_networks', server: id });
    });

  api.post(
    '/servers/:id/actions/attach_to_network',
    {
      schema: {
        params: IdParams,
        body: z.object({
          network: Id,
          ip: z.ipv4().optional(),
          ip_range: z.string().optional(),
          alias_ips: z.array(z.string()).default([]),
        }),
        response: { 201: Started },
      },
    },
    (request) => {
      const { network: id, alias_ips, ...wish } = request.body;
      if (alias_ips.length > 0) throw notInTheLab('alias IPs');
      return actOnNetwork('attach_to_network', request.params.id, (draft, server) => {
        const network = existingNetwork(draft, id);
        attach(draft, network, server, wish, limits);
        return network;
      });
    },
  );

  api.post(
    '/servers/:id/actions/detach_from_network',
    { schema: { params: IdParams, body: z.object({ network: Id }), response: { 201: Started } } },
    (request) =>
      actOnNetwork('detach_from_network', request.params.id, (draft, server) => {
        const network = existingNetwork(draft, request.body.network);
        if (!network.attachments.some((attachment) => attachment.server === server.id))
          throw notFound('attachment to network', network.id);
        detach(network, server.id);
        return network;
      }),
  );

  api.post(
    '/servers/:id/actions/change_dns_ptr',
    {
      schema: {
        params: IdParams,
        body: z.object({ ip: z.string(), dns_ptr: z.string().nullable() }),
        response: { 201: Started },
      },
    },
    (request) =>
      act((draft, now) => {
        const server = existingServer(draft, request.params.id);
        const { ip, dns_ptr } = request.body;
        const isV6 = ip.includes(':');
        const primaryIp = draft.primaryIps.find(({ id }) => id === (isV6 ? server.ipv6 : server.ipv4));
        if (!primaryIp) throw invalidField('ip', 'does not belong to this resource');
        setDnsPtr(primaryIp, ip, dns_ptr);
        return addFinishedAction(draft, now, 'change_dns_ptr', [{ type: 'server', id: server.id }]);
      }),
  );
}
