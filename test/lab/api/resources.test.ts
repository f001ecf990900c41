import { expect, test } from 'vitest';
import { addPrimaryIp } from '../../../lab/api/primary-ips/addresses.ts';
import { emptyState } from '../../../lab/api/state/state.ts';
import { memoryStore } from '../../../lab/api/state/store.ts';
import { apiUnderTest, OTHER_PUBLIC_KEY, PUBLIC_KEY, serverRequest } from './api-under-test.ts';

test('an SSH key has the fingerprint that ssh-keygen -E md5 prints, and is taken only once', async () => {
  const { done, call } = apiUnderTest();
  const { ssh_key } = await done('/ssh_keys', { name: 'operator', public_key: `${PUBLIC_KEY}\n` });
  expect(ssh_key).toMatchObject({
    public_key: PUBLIC_KEY,
    fingerprint: '47:d2:f3:e8:b8:1b:0e:83:b9:70:0f:92:4a:d3:b8:70',
  });

  expect(await call('POST', '/ssh_keys', { name: 'again', public_key: PUBLIC_KEY })).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'uniqueness_error',
        message: 'SSH key with the same fingerprint already exists',
        details: { fields: [{ name: 'public_key' }] },
      },
    },
  });
  expect(await call('POST', '/ssh_keys', { name: 'operator', public_key: OTHER_PUBLIC_KEY })).toMatchObject({
    status: 409,
  });
  expect(await call('POST', '/ssh_keys', { name: 'wrong', public_key: 'ssh-ed25519 AAAA' })).toMatchObject({
    status: 422,
  });

  const found = await call('GET', `/ssh_keys?fingerprint=${ssh_key.fingerprint}`);
  expect(found.body.ssh_keys).toEqual([ssh_key]);
  expect(await call('DELETE', `/ssh_keys/${ssh_key.id}`)).toMatchObject({ status: 204, body: undefined });
  expect(await call('GET', `/ssh_keys/${ssh_key.id}`)).toMatchObject({ status: 404 });
});

test('a placement group takes ten servers, and the eleventh is refused', async () => {
  const { done, call } = apiUnderTest();
  const { placement_group } = await done('/placement_groups', { name: 'workers', type: 'spread' });
  for (let n = 1; n <= 10; n++)
    await done('/servers', serverRequest(`worker-${n}`, { placement_group: placement_group.id }));

  const request = serverRequest('worker-11', { placement_group: placement_group.id });
  expect(await call('POST', '/servers', request)).toMatchObject({
    status: 422,
    body: {
      error: {
        code: 'placement_group_member_limit_reached',
        message: `placement group with ID ${placement_group.id} contains already 10 servers`,
      },
    },
  });
  const { servers } = (await call('GET', `/placement_groups/${placement_group.id}`)).body.placement_group;
  expect(servers).toHaveLength(10);
});

test('a project has at most 50 placement groups', async () => {
  const { done, call } = apiUnderTest();
  for (let n = 1; n <= 50; n++) await done('/placement_groups', { name: `group-${n}`, type: 'spread' });
  expect(await call('POST', '/placement_groups', { name: 'group-51', type: 'spread' })).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded' } },
  });
});

test('a server joins and leaves a placement group when it is off; a group with servers stays', async () => {
  const { done, call } = apiUnderTest();
  const { placement_group: group } = await done('/placement_groups', { name: 'group', type: 'spread' });
  const { server } = await done('/servers', serverRequest('node'));
  const join = `/servers/${server.id}/actions/add_to_placement_group`;

  expect(await call('POST', join, { placement_group: group.id })).toMatchObject({
    status: 422,
    body: { error: { code: 'server_not_stopped' } },
  });
  await done(`/servers/${server.id}/actions/poweroff`);
  await done(join, { placement_group: group.id });
  expect((await call('GET', `/servers/${server.id}`)).body.server.placement_group).toMatchObject({
    id: group.id,
    servers: [server.id],
  });
  expect(await call('DELETE', `/placement_groups/${group.id}`)).toMatchObject({ status: 422 });

  await done(`/servers/${server.id}/actions/remove_from_placement_group`);
  expect(await call('DELETE', `/placement_groups/${group.id}`)).toMatchObject({ status: 204 });
});

test('a primary IP that stands alone is unassigned, is given to a new server, and outlives it', async () => {
  const { done, call, settled } = apiUnderTest();
  const { primary_ip } = await done('/primary_ips', { name: 'kept', type: 'ipv4', location: 'hel1' });
  expect(primary_ip).toMatchObject({ ip: '203.0.113.10', assignee_id: null, assignee_type: 'unassigned' });

  const { server } = await done('/servers', serverRequest('node', { public_net: { ipv4: primary_ip.id } }));
  expect(server).toMatchObject({ location: { name: 'hel1' }, public_net: { ipv4: { id: primary_ip.id } } });
  expect(await call('DELETE', `/primary_ips/${primary_ip.id}`)).toMatchObject({
    status: 422,
    body: { error: { code: 'must_be_unassigned' } },
  });
  const second = serverRequest('second', { public_net: { ipv4: primary_ip.id } });
  expect((await call('POST', '/servers', second)).body.error.code).toBe('primary_ip_assigned');

  await settled((await call('DELETE', `/servers/${server.id}`)).body.action.id);
  expect((await call('GET', '/primary_ips')).body.primary_ips).toMatchObject([
    { name: 'kept', assignee_id: null },
  ]);
});

test('when the addresses are used up, a server is refused by the limit', async () => {
  const state = emptyState();
  for (let n = 10; n <= 254; n++) {
    addPrimaryIp(
      state,
      {
        type: 'ipv4',
        location: 'fsn1',
        labels: {},
        auto_delete: false,
        assignee_id: null,
        created: '2026-11-22T10:00:00Z',
      },
      { primaryIps: Infinity },
    );
  }
  const { call } = apiUnderTest({ state: memoryStore(state) });
  expect(await call('POST', '/servers', serverRequest('node'))).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded', details: { limits: [{ name: 'primary_ip_limit' }] } } },
  });
});

test('networks and their subnets are kept, and are checked as ranges', async () => {
  const { done, call } = apiUnderTest();
  const { network } = await done('/networks', {
    name: 'mesh',
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' }],
  });
  const add = (ip_range?: string) =>
    call('POST', `/networks/${network.id}/actions/add_subnet`, {
      type: 'cloud',
      network_zone: 'eu-central',
      ...(ip_range && { ip_range }),
    });

  expect(await add('10.0.1.128/25')).toMatchObject({ status: 422 });
  expect(await add('10.1.0.0/24')).toMatchObject({ status: 422 });
  expect(await add()).toMatchObject({ status: 201, body: { action: { command: 'add_subnet' } } });
  const { subnets } = (await call('GET', `/networks/${network.id}`)).body.network;
  expect(subnets).toMatchObject([
    { ip_range: '10.0.1.0/24', gateway: '10.0.0.1' },
    { ip_range: '10.0.0.0/24' },
  ]);
  expect(await call('POST', '/networks', { name: 'public', ip_range: '203.0.113.0/24' })).toMatchObject({
    status: 422,
  });

  await done(`/networks/${network.id}/actions/change_protection`, { delete: true });
  expect(await call('DELETE', `/networks/${network.id}`)).toMatchObject({ status: 423 });
});

test('what is offered: locations, types with architecture and prices, and the image that the lab boots', async () => {
  const { call } = apiUnderTest();
  const { locations } = (await call('GET', '/locations?name=fsn1')).body;
  expect(locations).toMatchObject([{ name: 'fsn1', network_zone: 'eu-central' }]);

  const { server_types } = (await call('GET', '/server_types?per_page=50')).body;
  const named = (name: string) => server_types.find((type: { name: string }) => type.name === name);
  expect(named('cx33')).toMatchObject({ architecture: 'x86', cores: 4, memory: 8, disk: 80 });
  expect(named('cx33').prices[0].price_monthly).toEqual({
    net: '8.4900000000',
    gross: '10.1031000000000000',
  });
  expect(named('cax21')).toMatchObject({ architecture: 'arm', locations: [{ available: false }, {}, {}] });

  const { images } = (await call('GET', '/images?architecture=x86')).body;
  expect(images).toMatchObject([{ name: 'debian-12', architecture: 'x86' }]);
  expect((await call('GET', '/images?name=ubuntu-24.04')).body.images).toEqual([]);
});
