import { expect, test } from 'vitest';
import { apiUnderTest, PUBLIC_KEY, serverRequest, type ApiUnderTest } from './api-under-test.ts';

const getServer = async ({ call }: ApiUnderTest, id: number) =>
  (await call('GET', `/servers/${id}`)).body.server;

test('a server is initializing while it is made, and running when its actions have succeeded', async () => {
  const lab = apiUnderTest();
  const { ssh_key } = await lab.done('/ssh_keys', { name: 'operator', public_key: PUBLIC_KEY });

  const request = serverRequest('master-1', {
    ssh_keys: [ssh_key.name],
    user_data: '#cloud-config\n',
    labels: { role: 'master' },
    location: 'nbg1',
  });
  const created = (await lab.call('POST', '/servers', request)).body;

  expect(created.server).toMatchObject({ name: 'master-1', status: 'initializing', locked: true });
  expect(created.action).toMatchObject({ command: 'create_server', status: 'running', progress: 0 });
  expect(created.next_actions).toMatchObject([{ command: 'start_server', status: 'running' }]);

  for (const { id } of [created.action, ...created.next_actions])
    expect(await lab.settled(id)).toMatchObject({ status: 'success', progress: 100, error: null });
  expect(await getServer(lab, created.server.id)).toMatchObject({
    status: 'running',
    locked: false,
    location: { name: 'nbg1' },
    public_net: { ipv4: { ip: '203.0.113.10' }, ipv6: { ip: '2001:db8:1::/64' }, firewalls: [] },
    labels: { role: 'master' },
    primary_disk_size: 40,
  });
  expect(lab.machines.machines.get(created.server.id)?.spec).toEqual({
    id: created.server.id,
    name: 'master-1',
    ipv4: '203.0.113.10',
    userData: '#cloud-config\n',
    sshKeys: [PUBLIC_KEY],
    labels: { role: 'master' },
  });
});

test('a server gets the lowest free address, also one that a deleted server had', async () => {
  const { done, call, settled } = apiUnderTest();
  const first = await done('/servers', serverRequest('one'));
  await done('/servers', serverRequest('two'));

  const { action } = (await call('DELETE', `/servers/${first.server.id}`)).body;
  await settled(action.id);

  const third = await done('/servers', serverRequest('three'));
  expect(third.server.public_net.ipv4.ip).toBe('203.0.113.10');
});

test('a server that is not to be started is off, and gets its machine when it is started', async () => {
  const lab = apiUnderTest();
  const { server, next_actions } = await lab.done(
    '/servers',
    serverRequest('later', { start_after_create: false }),
  );
  expect(next_actions).toEqual([]);
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'off' });
  expect(lab.machines.calls).toEqual([]);

  await lab.done(`/servers/${server.id}/actions/poweron`);
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'running' });
});

test('power off cuts the power, shutdown asks, reset cuts and starts, each through its own action', async () => {
  const lab = apiUnderTest();
  const { server } = await lab.done('/servers', serverRequest('node'));
  const before = lab.machines.calls.length;
  const act = async (name: string) =>
    (await lab.done(`/servers/${server.id}/actions/${name}`)).action.command;

  expect(await act('poweroff')).toBe('stop_server');
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'off' });
  expect(await act('poweron')).toBe('start_server');
  expect(await act('reboot')).toBe('reboot_server');
  expect(await act('reset')).toBe('reset_server');
  expect(await act('shutdown')).toBe('shutdown_server');
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'off' });

  expect(lab.machines.calls.slice(before).map((call) => call.split(' ')[0])).toEqual([
    ...['powerOff', 'powerOn', 'reboot', 'powerOff', 'powerOn', 'shutdown'],
  ]);
});

test('a host that turns itself off is seen to be off', async () => {
  const lab = apiUnderTest();
  const { server } = await lab.done('/servers', serverRequest('node'));
  const machine = lab.machines.machines.get(server.id);
  if (machine) machine.running = false;
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'off' });
  expect((await lab.call('GET', '/servers?status=running')).body.servers).toEqual([]);
  expect((await lab.call('GET', '/servers?status=off&status=running')).body.servers).toHaveLength(1);
});

test('while an action works on a server, every other one is refused as locked', async () => {
  const lab = apiUnderTest();
  const { server } = await lab.done('/servers', serverRequest('node'));
  let release = () => undefined as unknown;
  lab.machines.before = () => new Promise((resolve) => (release = () => resolve(undefined)));

  const { action } = (await lab.call('POST', `/servers/${server.id}/actions/reboot`)).body;
  const refused = await lab.call('POST', `/servers/${server.id}/actions/poweroff`);
  expect(refused).toMatchObject({ status: 423, body: { error: { code: 'locked' } } });
  expect(await lab.call('DELETE', `/servers/${server.id}`)).toMatchObject({ status: 423 });
  expect(await getServer(lab, server.id)).toMatchObject({ locked: true });

  release();
  expect(await lab.settled(action.id)).toMatchObject({ status: 'success' });
  lab.machines.before = async () => undefined;
  await lab.done(`/servers/${server.id}/actions/poweroff`);
});

test('a protected server is neither deleted nor rebuilt until the protection is lifted', async () => {
  const lab = apiUnderTest();
  const { server } = await lab.done('/servers', serverRequest('node'));
  const protect = (value: boolean) =>
    lab.done(`/servers/${server.id}/actions/change_protection`, { delete: value, rebuild: value });

  await protect(true);
  expect(await lab.call('DELETE', `/servers/${server.id}`)).toMatchObject({
    status: 423,
    body: { error: { code: 'protected', message: 'server deletion is protected' } },
  });
  expect(
    await lab.call('POST', `/servers/${server.id}/actions/rebuild`, { image: 'debian-12' }),
  ).toMatchObject({
    status: 423,
    body: { error: { code: 'protected' } },
  });
  expect(lab.machines.machines.get(server.id)?.disks).toBe(1);

  const half = await lab.call('POST', `/servers/${server.id}/actions/change_protection`, { delete: false });
  expect(half).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });

  await protect(false);
  await lab.done(`/servers/${server.id}/actions/rebuild`, { image: 'debian-12', user_data: 'new' });
  expect(lab.machines.machines.get(server.id)).toMatchObject({ disks: 2, spec: { userData: 'new' } });
});

test('a deleted server leaves nothing behind: no machine, no address, no place in a firewall or a group', async () => {
  const lab = apiUnderTest();
  const { placement_group } = await lab.done('/placement_groups', { name: 'group', type: 'spread' });
  const { firewall } = await lab.done('/firewalls', { name: 'wall' });
  const { server } = await lab.done(
    '/servers',
    serverRequest('node', { placement_group: placement_group.id, firewalls: [{ firewall: firewall.id }] }),
  );

  const { action } = (await lab.call('DELETE', `/servers/${server.id}`)).body;
  expect(action).toMatchObject({ command: 'delete_server', status: 'running' });
  expect(await lab.settled(action.id)).toMatchObject({ status: 'success' });

  expect(await lab.call('GET', `/servers/${server.id}`)).toMatchObject({ status: 404 });
  expect(lab.machines.machines.size).toBe(0);
  expect((await lab.call('GET', '/primary_ips')).body.primary_ips).toEqual([]);
  expect((await lab.call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to).toEqual([]);
  expect(
    (await lab.call('GET', `/placement_groups/${placement_group.id}`)).body.placement_group.servers,
  ).toEqual([]);
});

test('when a machine cannot be made, the action says so, and the server can be deleted', async () => {
  const lab = apiUnderTest();
  lab.machines.before = async (call) => {
    if (call.startsWith('create')) throw new Error('no disk space is left');
  };
  const { server, action, next_actions } = (await lab.call('POST', '/servers', serverRequest('node'))).body;
  expect(await lab.settled(action.id)).toMatchObject({
    status: 'error',
    error: { code: 'action_failed', message: 'no disk space is left' },
  });
  expect(await lab.settled(next_actions[0].id)).toMatchObject({
    status: 'error',
    error: { message: 'create_server failed before it' },
  });
  expect(lab.machines.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
  expect(await getServer(lab, server.id)).toMatchObject({ status: 'off' });

  const deletion = (await lab.call('DELETE', `/servers/${server.id}`)).body.action;
  expect(await lab.settled(deletion.id)).toMatchObject({ status: 'success' });
});

test('a server changes its type when it is off, never to a smaller disk, and runs afterwards', async () => {
  const lab = apiUnderTest();
  const { server } = await lab.done('/servers', serverRequest('node', { server_type: 'cx33' }));
  const changeType = (server_type: string) =>
    lab.call('POST', `/servers/${server.id}/actions/change_type`, { server_type, upgrade_disk: true });

  expect(await changeType('cx43')).toMatchObject({
    status: 422,
    body: { error: { code: 'server_not_stopped' } },
  });
  await lab.done(`/servers/${server.id}/actions/poweroff`);
  expect(await changeType('cx23')).toMatchObject({
    status: 422,
    body: { error: { code: 'invalid_server_type' } },
  });
  expect(await changeType('cax31')).toMatchObject({
    status: 422,
    body: { error: { code: 'invalid_server_type' } },
  });

  await lab.settled((await changeType('cx43')).body.action.id);
  expect(await getServer(lab, server.id)).toMatchObject({
    status: 'running',
    server_type: { name: 'cx43' },
    primary_disk_size: 160,
  });
});

test('a name is taken only once, and is a hostname', async () => {
  const { done, call } = apiUnderTest();
  await done('/servers', serverRequest('node'));
  expect(await call('POST', '/servers', serverRequest('node'))).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'uniqueness_error',
        message: 'server name is already used',
        details: { fields: [{ name: 'name' }] },
      },
    },
  });
  const { server } = await done('/servers', serverRequest('other'));
  expect(await call('PUT', `/servers/${server.id}`, { name: 'node' })).toMatchObject({ status: 409 });
  expect(await call('POST', '/servers', serverRequest('not_a_host'))).toMatchObject({
    status: 422,
    body: { error: { code: 'invalid_input', details: { fields: [{ name: 'name' }] } } },
  });
});

test.each([
  ['an unknown type', { server_type: 'cx99' }, 'invalid_input'],
  ['an image that the lab cannot boot', { image: 'ubuntu-24.04' }, 'invalid_input'],
  ['an unknown location', { location: 'mars1' }, 'invalid_input'],
  ['a location that has not got the type', { location: 'ash' }, 'invalid_input'],
  ['a datacenter', { datacenter: 'fsn1-dc14' }, 'invalid_input'],
  ['an unknown key', { ssh_keys: ['nobody'] }, 'not_found'],
  ['an unknown placement group', { placement_group: 4711 }, 'not_found'],
  ['an unknown firewall', { firewalls: [{ firewall: 4711 }] }, 'not_found'],
  ['user data that is too long', { user_data: 'x'.repeat(32 * 1024 + 1) }, 'invalid_input'],
  ['a type of another architecture', { server_type: 'cax11' }, 'resource_unavailable'],
  ['an unknown network', { networks: [1] }, 'not_found'],
  ['no public IPv4', { public_net: { enable_ipv4: false } }, 'unsupported_error'],
])('a server with %s is refused, and nothing of it is kept', async (_what, wrong, code) => {
  const { call } = apiUnderTest();
  const answer = await call('POST', '/servers', serverRequest('node', wrong));
  expect(answer.body.error.code).toBe(code);
  expect((await call('GET', '/servers')).body.servers).toEqual([]);
  expect((await call('GET', '/primary_ips')).body.primary_ips).toEqual([]);
});

test('a change of labels is seen at once, and other fields stay', async () => {
  const { done, call } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node', { labels: { a: '1' } }));
  const changed = (await call('PUT', `/servers/${server.id}`, { labels: { b: '2' } })).body.server;
  expect(changed).toMatchObject({ name: 'node', labels: { b: '2' } });
  expect(changed.labels).not.toHaveProperty('a');
});

test('a reverse name can be given to an address of the server, and to no other', async () => {
  const { done, call } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node'));
  const path = `/servers/${server.id}/actions/change_dns_ptr`;
  await done(path, { ip: '203.0.113.10', dns_ptr: 'node.example.com' });
  await done(path, { ip: '2001:db8:1::1', dns_ptr: 'six.example.com' });
  expect((await call('GET', `/servers/${server.id}`)).body.server.public_net).toMatchObject({
    ipv4: { dns_ptr: 'node.example.com' },
    ipv6: { dns_ptr: [{ ip: '2001:db8:1::1', dns_ptr: 'six.example.com' }] },
  });
  expect(await call('POST', path, { ip: '203.0.113.99', dns_ptr: 'x.example.com' })).toMatchObject({
    status: 422,
  });
});
