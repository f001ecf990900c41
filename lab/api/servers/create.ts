import { z } from 'zod';
import { addAction } from '../actions/add.ts';
import type { ActionRecord } from '../actions/record.ts';
import { images } from '../catalog/images.ts';
import { locations } from '../catalog/locations.ts';
import { serverTypes, type ServerTypeAnswer } from '../catalog/server-types.ts';
import { timestamp } from '../clock.ts';
import { ApiError, invalidField, limitExceeded, notFound, notInTheLab, notUnique } from '../errors.ts';
import { countSold, isSoldOut } from '../faults/stock-out.ts';
import { applyTo } from '../firewalls/targets.ts';
import type { ApiContext } from '../http/api.ts';
import { findByIdOrName, Hostname, Id, IdOrName } from '../identity.ts';
import { Labels } from '../labels.ts';
import type { Limits } from '../limits/limits.ts';
import { attach } from '../networks/attachments.ts';
import { existingNetwork } from '../networks/routes.ts';
import { existingPlacementGroup, refuseFullPlacementGroup } from '../placement-groups/routes.ts';
import { addPrimaryIp } from '../primary-ips/addresses.ts';
import type { PrimaryIpRecord } from '../primary-ips/record.ts';
import { newId, type State } from '../state/state.ts';
import type { ServerRecord } from './record.ts';

/** https://docs.hetzner.cloud/reference/cloud#tag/servers/create_server */
export const UserData = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= 32 * 1024, 'is larger than 32 KiB');

export const CreateServer = z.object({
  name: Hostname,
  server_type: IdOrName,
  image: IdOrName,
  location: IdOrName.optional(),
  datacenter: z.never('was removed in July 2026: use location').optional(),
  ssh_keys: z.array(IdOrName).default([]),
  user_data: UserData.default(''),
  labels: Labels.default({}),
  start_after_create: z.boolean().default(true),
  placement_group: Id.optional(),
  firewalls: z.array(z.object({ firewall: Id })).default([]),
  public_net: z
    .object({
      enable_ipv4: z.boolean().default(true),
      enable_ipv6: z.boolean().default(true),
      ipv4: Id.nullish(),
      ipv6: Id.nullish(),
    })
    .prefault({}),
  networks: z.array(Id).default([]),
  volumes: z.array(Id).default([]),
  automount: z.boolean().optional(),
});
export type CreateServer = z.infer<typeof CreateServer>;

/** What Hetzner has and the lab has not is refused, rather than left out silently. */
function refuseWhatTheLabLacks({ volumes, public_net }: CreateServer): void {
  if (volumes.length > 0) throw notInTheLab('volumes');
  if (!public_net.enable_ipv4) throw notInTheLab('a server without a public IPv4 address');
}

function placeFor(state: State, type: ServerTypeAnswer, wanted: CreateServer['location']): string {
  const location = wanted === undefined ? undefined : findByIdOrName(locations, wanted);
  if (wanted !== undefined && !location) throw invalidField('location', 'is not a location');
  const offers = type.locations.filter(({ name }) => location === undefined || name === location.name);
  if (offers.length === 0) throw new ApiError('invalid_input', 'unsupported location for server type');
  const offer = offers.find(({ name, available }) => available && !isSoldOut(state, name, type.name));
  if (!offer) throw new ApiError('resource_unavailable', 'error during placement');
  return offer.name;
}

function sshKeysOf(state: State, wanted: CreateServer['ssh_keys']): string[] {
  return wanted.map((idOrName) => {
    const key = findByIdOrName(state.sshKeys, idOrName);
    if (!key) throw notFound('SSH key', idOrName);
    return key.public_key;
  });
}

/** Where a primary IP that was asked for is: the server has to be there, too. */
const locationOfPrimaryIp = (state: State, { public_net }: CreateServer): string | undefined =>
  state.primaryIps.find(({ id }) => id === public_net.ipv4 || id === public_net.ipv6)?.location;

/** The primary IP that was asked for, or a new one that goes with the server. */
function primaryIpFor(
  draft: State,
  type: PrimaryIpRecord['type'],
  wanted: number | null | undefined,
  server: Pick<ServerRecord, 'id' | 'location' | 'created'>,
  limits: Limits,
): number {
  if (!wanted) {
    return addPrimaryIp(
      draft,
      {
        type,
        location: server.location,
        labels: {},
        auto_delete: true,
        assignee_id: server.id,
        created: server.created,
      },
      limits,
    ).id;
  }
  const primaryIp = draft.primaryIps.find(({ id }) => id === wanted);
  if (!primaryIp) throw notFound('primary IP', wanted);
  if (primaryIp.type !== type)
    throw new ApiError('primary_ip_version_mismatch', 'the primary IP has the wrong IP version');
  if (primaryIp.assignee_id !== null)
    throw new ApiError('primary_ip_assigned', 'the primary IP is already assigned');
  if (primaryIp.location !== server.location)
    throw new ApiError('primary_ip_datacenter_mismatch', 'the primary IP is in another location');
  primaryIp.assignee_id = server.id;
  return primaryIp.id;
}

/**
 * Adds a server and the actions that will make and start its machine. Throws the errors of `POST /servers`; then nothing
 * is added.
 */
export function createServer(
  draft: State,
  asked: CreateServer,
  { architecture, limits, clock }: Pick<ApiContext, 'architecture' | 'limits' | 'clock'>,
): { server: ServerRecord; action: ActionRecord; next: ActionRecord[] } {
  refuseWhatTheLabLacks(asked);
  const { name, labels, user_data, placement_group, public_net, start_after_create: start } = asked;
  const type = findByIdOrName(serverTypes(architecture), asked.server_type);
  if (!type) throw invalidField('server_type', 'is not a server type');
  const image = findByIdOrName(
    images.filter((candidate) => candidate.architecture === type.architecture),
    asked.image,
  );
  if (!image) throw invalidField('image', `is not an image that the lab can boot on ${type.architecture}`);
  if (draft.servers.some((server) => server.name === name))
    throw notUnique('server name is already used', 'name');
  if (draft.servers.length >= limits.servers) throw limitExceeded('server limit exceeded', 'server_limit');
  if (placement_group !== undefined) {
    existingPlacementGroup(draft, placement_group);
    refuseFullPlacementGroup(draft, placement_group, limits);
  }

  const created = timestamp(clock);
  const id = newId(draft);
  const location = placeFor(draft, type, asked.location ?? locationOfPrimaryIp(draft, asked));
  countSold(draft, location, type.name);
  const server: ServerRecord = {
    id,
    name,
    serverType: type.id,
    image: image.id,
    location,
    labels,
    userData: user_data,
    sshKeys: sshKeysOf(draft, asked.ssh_keys),
    placementGroup: placement_group ?? null,
    ipv4: primaryIpFor(draft, 'ipv4', public_net.ipv4, { id, location, created }, limits),
    ipv6: public_net.enable_ipv6
      ? primaryIpFor(draft, 'ipv6', public_net.ipv6, { id, location, created }, limits)
      : null,
    protection: { delete: false, rebuild: false },
    primaryDiskSize: type.disk,
    made: false,
    created,
  };
  draft.servers.push(server);
  for (const { firewall: wanted } of asked.firewalls) {
    const firewall = draft.firewalls.find((candidate) => candidate.id === wanted);
    if (!firewall) throw notFound('firewall', wanted);
    applyTo(draft, firewall, [{ type: 'server', server: id }], limits);
  }

  for (const wanted of asked.networks) attach(draft, existingNetwork(draft, wanted), server, {}, limits);

  const resources = [{ type: 'server', id }] as const;
  return {
    server,
    action: addAction(draft, created, 'create_server', resources, {
      kind: 'create_server',
      server: id,
      start,
    }),
    next: start
      ? [addAction(draft, created, 'start_server', resources, { kind: 'start_server', server: id })]
      : [],
  };
}
