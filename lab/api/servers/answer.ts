import { z } from 'zod';
import type { Machines } from '../../hosts/machines.ts';
import { ImageAnswer, images } from '../catalog/images.ts';
import { LocationAnswer, locations } from '../catalog/locations.ts';
import { offered } from '../catalog/offered.ts';
import { ServerTypeAnswer, serverTypes, type Architecture } from '../catalog/server-types.ts';
import { firewallsOf } from '../firewalls/effective-rules.ts';
import { Hostname, Id } from '../identity.ts';
import { Labels } from '../labels.ts';
import { macAddress, networksOf } from '../networks/attachments.ts';
import { PlacementGroupAnswer, presentPlacementGroup } from '../placement-groups/routes.ts';
import type { PrimaryIpRecord } from '../primary-ips/record.ts';
import type { State } from '../state/state.ts';
import type { ServerRecord } from './record.ts';
import { lockOf, serverStatuses, statusOf } from './status.ts';

export const ServerAnswer = z.strictObject({
  id: Id,
  name: Hostname,
  status: z.enum(serverStatuses),
  created: z.iso.datetime(),
  public_net: z.strictObject({
    ipv4: z.strictObject({ id: Id, ip: z.string(), blocked: z.boolean(), dns_ptr: z.string() }).nullable(),
    ipv6: z
      .strictObject({
        id: Id,
        ip: z.string(),
        blocked: z.boolean(),
        dns_ptr: z.array(z.strictObject({ ip: z.string(), dns_ptr: z.string() })),
      })
      .nullable(),
    floating_ips: z.array(Id),
    firewalls: z.array(z.strictObject({ id: Id, status: z.enum(['applied', 'pending']) })),
  }),
  private_net: z.array(
    z.strictObject({ network: Id, ip: z.string(), alias_ips: z.array(z.string()), mac_address: z.string() }),
  ),
  server_type: ServerTypeAnswer,
  location: LocationAnswer,
  image: ImageAnswer.nullable(),
  iso: z.null(),
  rescue_enabled: z.boolean(),
  locked: z.boolean(),
  backup_window: z.null(),
  outgoing_traffic: z.int().nullable(),
  ingoing_traffic: z.int().nullable(),
  included_traffic: z.int(),
  protection: z.strictObject({ delete: z.boolean(), rebuild: z.boolean() }),
  labels: Labels,
  volumes: z.array(Id),
  load_balancers: z.array(Id),
  primary_disk_size: z.int(),
  placement_group: PlacementGroupAnswer.nullable(),
});
export type ServerAnswer = z.infer<typeof ServerAnswer>;

function present<Item>(item: Item | undefined, what: string): Item {
  if (item === undefined) throw new Error(`the state points at a ${what} that is not there`);
  return item;
}

/** A firewall is pending on a server as long as an action has still to bring it, or the server itself, to the wire. */
function firewallStatus(state: State, server: ServerRecord, firewall: number): 'applied' | 'pending' {
  const running = state.actions.filter(({ status }) => status === 'running');
  const concerns = (type: string, id: number) => (action: State['actions'][number]) =>
    action.resources.some((resource) => resource.type === type && resource.id === id);
  const pending = running
    .filter(concerns('server', server.id))
    .some((action) => action.command === 'create_server' || concerns('firewall', firewall)(action));
  return pending ? 'pending' : 'applied';
}

const presentIpv4 = ({ id, ip, dns_ptr }: PrimaryIpRecord): ServerAnswer['public_net']['ipv4'] => ({
  id,
  ip,
  blocked: false,
  dns_ptr: dns_ptr[0]?.dns_ptr ?? '',
});

const presentIpv6 = ({ id, ip, dns_ptr }: PrimaryIpRecord): ServerAnswer['public_net']['ipv6'] => ({
  id,
  ip,
  blocked: false,
  dns_ptr,
});

/** A server as clients see it; `runs` says whether its machine runs. */
export function presentServer(
  state: State,
  server: ServerRecord,
  architecture: Architecture,
  runs: boolean,
): ServerAnswer {
  const primaryIp = (id: number) =>
    present(
      state.primaryIps.find((candidate) => candidate.id === id),
      'primary IP',
    );
  const type = serverTypes(architecture).find(({ id }) => id === server.serverType);
  const group = state.placementGroups.find(({ id }) => id === server.placementGroup);
  const server_type = offered(state, present(type, 'server type'));
  return {
    id: server.id,
    name: server.name,
    status: statusOf(state, server.id, runs),
    created: server.created,
    public_net: {
      ipv4: presentIpv4(primaryIp(server.ipv4)),
      ipv6: server.ipv6 === null ? null : presentIpv6(primaryIp(server.ipv6)),
      floating_ips: [],
      firewalls: firewallsOf(state, server).map(({ id }) => ({
        id,
        status: firewallStatus(state, server, id),
      })),
    },
    private_net: networksOf(state, server.id).map(({ network, ip }) => ({
      network: network.id,
      ip,
      alias_ips: [],
      mac_address: macAddress(network.id, server.id),
    })),
    server_type,
    location: present(
      locations.find(({ name }) => name === server.location),
      'location',
    ),
    image: images.find(({ id }) => id === server.image) ?? null,
    iso: null,
    rescue_enabled: false,
    locked: lockOf(state, server.id) !== undefined,
    backup_window: null,
    outgoing_traffic: null,
    ingoing_traffic: null,
    included_traffic:
      server_type.prices.find(({ location }) => location === server.location)?.included_traffic ?? 0,
    protection: server.protection,
    labels: server.labels,
    volumes: [],
    load_balancers: [],
    primary_disk_size: server.primaryDiskSize,
    placement_group: group ? presentPlacementGroup(state, group) : null,
  };
}

/** Whether a server's machine runs: the machine itself is asked, since a host can also turn itself off. */
export const runs = async (machines: Machines, { id, made }: ServerRecord): Promise<boolean> =>
  made && (await machines.running(id));
