import { expect, test } from 'vitest';
import { apiUnderTest, serverRequest } from './api-under-test.ts';

test('a call fails where it was told to, and nowhere else', async () => {
  const { call } = apiUnderTest();
  const fault = {
    kind: 'api-error',
    method: 'GET',
    path: '/locations/*',
    atCall: 2,
    times: 2,
    code: 'unavailable',
  };
  expect(await call('POST', '//_lab/faults', fault)).toMatchObject({ status: 201 });
  const statuses = [];
  for (let n = 1; n <= 5; n++) statuses.push((await call('GET', '/locations/1')).status);
  expect(statuses).toEqual([200, 503, 503, 200, 200]);
  expect(await call('GET', '/locations')).toMatchObject({ status: 200 });
});

test('a type of server is sold out at one location and to be had at another', async () => {
  const { call, done } = apiUnderTest();
  const { body } = await call('POST', '//_lab/faults', {
    kind: 'stock-out',
    location: 'fsn1',
    serverType: 'cx23',
  });
  expect(await call('POST', '/servers', serverRequest('node', { location: 'fsn1' }))).toMatchObject({
    status: 412,
    body: { error: { code: 'resource_unavailable', message: 'error during placement' } },
  });
  await done('/servers', serverRequest('other', { location: 'fsn1', server_type: 'cx33' }));
  expect((await done('/servers', serverRequest('node'))).server.location.name).toBe('nbg1');

  expect(await call('DELETE', `//_lab/faults/${body.id}`)).toMatchObject({ status: 204 });
  await done('/servers', serverRequest('again', { location: 'fsn1' }));
});

test('a type of server runs out when as many were sold as were left', async () => {
  const { call, done } = apiUnderTest();
  await call('POST', '//_lab/faults', { kind: 'stock-out', location: 'fsn1', serverType: 'cx23', left: 1 });
  const available = async () => {
    const { server_types } = (await call('GET', '/server_types?name=cx23')).body;
    return server_types[0].locations.find(({ name }: { name: string }) => name === 'fsn1').available;
  };
  await done('/servers', serverRequest('elsewhere', { location: 'nbg1' }));
  expect(await available()).toBe(true);
  await done('/servers', serverRequest('first', { location: 'fsn1' }));
  expect(await available()).toBe(false);
  expect(await call('POST', '/servers', serverRequest('second', { location: 'fsn1' }))).toMatchObject({
    status: 412,
    body: { error: { code: 'resource_unavailable' } },
  });
});

test('a project may have as many of a kind as the lab was told, until it is told otherwise', async () => {
  const { call, done } = apiUnderTest();
  expect(await call('PUT', '//_lab/limits', { servers: 1 })).toMatchObject({ status: 200 });
  expect(await call('PUT', '//_lab/limits', { primaryIps: 3 })).toMatchObject({
    body: { servers: 1, primaryIps: 3 },
  });
  await done('/servers', serverRequest('first'));
  expect(await call('POST', '/servers', serverRequest('second'))).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded', details: { limits: [{ name: 'server_limit' }] } } },
  });
  await call('PUT', '//_lab/limits', { servers: 2 });
  expect(await call('POST', '/servers', serverRequest('second'))).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded', details: { limits: [{ name: 'primary_ip_limit' }] } } },
  });
  expect((await call('GET', '/servers')).body.servers).toHaveLength(1);
  expect(await call('DELETE', '//_lab/limits')).toMatchObject({ status: 204 });
  await done('/servers', serverRequest('second'));
});

test('an action takes as long as it was told to', async () => {
  const { call, clock, settled } = apiUnderTest();
  await call('POST', '//_lab/faults', { kind: 'slow-action', command: 'create_server', seconds: 90 });
  const before = clock.now().getTime();
  const { action } = (await call('POST', '/servers', serverRequest('node'))).body;
  const { started, finished } = await settled(action.id);
  expect(Date.parse(finished ?? '') - Date.parse(started)).toBe(90_000);
  expect(clock.now().getTime() - before).toBe(90_000);
});

test('an action fails once, and works when it is asked for again', async () => {
  const { call, done, settled } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node'));
  await call('POST', '//_lab/faults', { kind: 'failed-action', command: 'reboot_server' });
  const reboot = `/servers/${server.id}/actions/reboot`;
  expect(await settled((await call('POST', reboot)).body.action.id)).toMatchObject({
    status: 'error',
    error: { code: 'action_failed' },
  });
  await done(reboot);
});

test('faults are told with the token of the lab alone', async () => {
  const { call } = apiUnderTest();
  expect(await call('GET', '//_lab/faults', undefined, 'x'.repeat(64))).toMatchObject({ status: 401 });
  await call('POST', '//_lab/faults', { kind: 'stock-out', location: 'fsn1' });
  expect((await call('GET', '//_lab/faults')).body.faults).toHaveLength(1);
  expect(await call('DELETE', '//_lab/faults')).toMatchObject({ status: 204 });
  expect((await call('GET', '//_lab/faults')).body.faults).toEqual([]);
});

test('a server’s power is cut and given back without an action, and its status is the truth', async () => {
  const { call, done } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node'));
  const status = async () => (await call('GET', `/servers/${server.id}`)).body.server.status;
  const actions = async () => (await call('GET', `/servers/${server.id}/actions`)).body.actions.length;
  const before = await actions();
  expect(await call('POST', `//_lab/servers/${server.id}/power-off`)).toMatchObject({ status: 204 });
  expect(await status()).toBe('off');
  expect(await call('POST', `//_lab/servers/${server.id}/reboot`)).toMatchObject({
    status: 409,
    body: { error: { message: `server ${server.id} is off: power it on` } },
  });
  expect(await call('POST', `//_lab/servers/${server.id}/power-on`)).toMatchObject({ status: 204 });
  expect(await status()).toBe('running');
  expect(await call('POST', `//_lab/servers/${server.id}/reboot`)).toMatchObject({ status: 204 });
  expect(await actions()).toBe(before);
  expect(await call('POST', '//_lab/servers/999/power-off')).toMatchObject({ status: 404 });
});

test('a server that has never been on has no power to be cut', async () => {
  const { call, done } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node', { start_after_create: false }));
  expect(await call('POST', `//_lab/servers/${server.id}/power-on`)).toMatchObject({ status: 409 });
});
