import { expect, test } from 'vitest';
import { apiUnderTest, PUBLIC_KEY, serverRequest, TOKEN } from './api-under-test.ts';

test('a wrong token is refused, and so is none', async () => {
  const { call, api } = apiUnderTest();
  const unauthorized = { error: { code: 'unauthorized', message: 'unable to authenticate', details: null } };
  expect(await call('GET', '/servers', undefined, 'x'.repeat(64))).toMatchObject({
    status: 401,
    body: unauthorized,
  });
  const without = await api.inject({ method: 'GET', url: '/v1/servers' });
  expect([without.statusCode, without.json()]).toEqual([401, unauthorized]);
});

test('every wrong field of a request is named, in one error', async () => {
  const { call } = apiUnderTest();
  const answer = await call('POST', '/servers', {
    name: 'a_b',
    public_net: { enable_ipv4: 'yes' },
    image: 1,
  });
  expect(answer).toMatchObject({
    status: 422,
    body: {
      error: {
        code: 'invalid_input',
        message: "invalid input in fields 'name', 'server_type', 'public_net.enable_ipv4'",
        details: {
          fields: [
            { name: 'name', messages: ['must be a valid hostname'] },
            { name: 'server_type' },
            { name: 'public_net.enable_ipv4' },
          ],
        },
      },
    },
  });
});

test('what is no JSON, no resource, no method and no function of the lab has an error of its own', async () => {
  const { api, call } = apiUnderTest();
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const broken = await api.inject({ method: 'POST', url: '/v1/servers', headers, payload: '{"name":' });
  expect([broken.statusCode, broken.json().error.code]).toEqual([400, 'json_error']);
  const patch = await api.inject({ method: 'PATCH', url: '/v1/servers', headers });
  expect([patch.statusCode, patch.json().error.code]).toEqual([405, 'method_not_allowed']);

  expect(await call('GET', '/servers/4711')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
  expect(await call('GET', '/servers/none')).toMatchObject({ status: 404 });
  expect(await call('GET', '/nonsense')).toMatchObject({ status: 404 });
  expect(await call('GET', '/volumes')).toMatchObject({
    status: 422,
    body: { error: { code: 'unsupported_error' } },
  });
  expect(await call('GET', '/datacenters')).toMatchObject({
    status: 410,
    body: { error: { code: 'deprecated_api_endpoint' } },
  });
});

test('an empty body with a JSON content type is no body', async () => {
  const { api, done } = apiUnderTest();
  const { server } = await done('/servers', serverRequest('node'));
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const url = `/v1/servers/${server.id}/actions/poweroff`;
  expect((await api.inject({ method: 'POST', url, headers, payload: '' })).statusCode).toBe(201);
});

test('lists come in pages, and every page tells where the others are', async () => {
  const { done, call } = apiUnderTest();
  for (let n = 1; n <= 7; n++) await done('/placement_groups', { name: `group-${n}`, type: 'spread' });
  const page = await call('GET', '/placement_groups?page=2&per_page=3');
  expect(page.body.placement_groups.map(({ name }: { name: string }) => name)).toEqual([
    ...['group-4', 'group-5', 'group-6'],
  ]);
  expect(page.body.meta.pagination).toEqual({
    ...{ page: 2, per_page: 3, previous_page: 1, next_page: 3, last_page: 3, total_entries: 7 },
  });
  expect(page.headers.link).toBe(
    [
      '<http://localhost/v1/placement_groups?page=1&per_page=3>; rel="prev"',
      '<http://localhost/v1/placement_groups?page=3&per_page=3>; rel="next"',
      '<http://localhost/v1/placement_groups?page=3&per_page=3>; rel="last"',
    ].join(', '),
  );
  const all = await call('GET', '/placement_groups?per_page=1000');
  expect(all.body.meta.pagination).toMatchObject({ per_page: 50, previous_page: null, next_page: null });
  expect(await call('GET', '/placement_groups?page=0')).toMatchObject({ status: 422 });
});

test('lists are sorted by several fields, either way, and filtered by name and labels', async () => {
  const { done, call, clock } = apiUnderTest();
  for (const [name, env] of [
    ['b', 'test'],
    ['a', 'prod'],
    ['c', 'prod'],
  ]) {
    await done('/placement_groups', { name, type: 'spread', labels: { env } });
    clock.forward(1);
  }
  const names = async (query: string) =>
    (await call('GET', `/placement_groups?${query}`)).body.placement_groups.map(
      ({ name }: { name: string }) => name,
    );
  expect(await names('')).toEqual(['b', 'a', 'c']);
  expect(await names('sort=name')).toEqual(['a', 'b', 'c']);
  expect(await names('sort=created:desc')).toEqual(['c', 'a', 'b']);
  expect(await names('sort=created:desc&sort=name:asc')).toEqual(['c', 'a', 'b']);
  expect(await names('name=a')).toEqual(['a']);
  expect(await names('label_selector=env%3Dprod')).toEqual(['a', 'c']);
  expect(await names(`label_selector=${encodeURIComponent('env notin (prod)')}`)).toEqual(['b']);
  expect(await call('GET', '/placement_groups?sort=labels')).toMatchObject({
    status: 422,
    body: { error: { details: { fields: [{ name: 'sort' }] } } },
  });
  expect(await call('GET', '/placement_groups?label_selector=a%20b')).toMatchObject({ status: 422 });
});

test('labels that Hetzner would refuse are refused', async () => {
  const { call } = apiUnderTest();
  const wrong = [{ '-a': 'b' }, { a: 'b c' }, { 'hetzner.cloud/a': 'b' }, { a: 'x'.repeat(64) }];
  for (const labels of wrong) {
    const answer = await call('POST', '/ssh_keys', { name: 'k', public_key: PUBLIC_KEY, labels });
    expect(answer, JSON.stringify(labels)).toMatchObject({ status: 422 });
  }
  const labels = { 'example.com/a_b': 'c.d', e: '' };
  expect(await call('POST', '/ssh_keys', { name: 'k', public_key: PUBLIC_KEY, labels })).toMatchObject({
    status: 201,
  });
});

test('a project has 3600 requests an hour, and every answer tells how many are left', async () => {
  const { call, clock } = apiUnderTest();
  expect((await call('GET', '/locations/1')).headers).toMatchObject({
    'ratelimit-limit': '3600',
    'ratelimit-remaining': '3599',
    'ratelimit-reset': String(clock.now().getTime() / 1000 + 1),
  });
  await call('GET', '/locations/1');
  clock.forward(1);
  expect((await call('GET', '/locations/1')).headers['ratelimit-remaining']).toBe('3598');
});

test('requests beyond the limit are refused until some have come back', async () => {
  const { call, clock } = apiUnderTest({ requestsPerHour: 60 });
  for (let n = 1; n <= 60; n++) expect(await call('GET', '/locations/1')).toMatchObject({ status: 200 });
  expect(await call('GET', '/locations/1')).toMatchObject({
    status: 429,
    headers: { 'ratelimit-remaining': '0' },
    body: { error: { code: 'rate_limit_exceeded' } },
  });
  clock.forward(60);
  expect(await call('GET', '/locations/1')).toMatchObject({ status: 200 });
  expect(await call('GET', '/locations/1')).toMatchObject({ status: 429 });
  clock.forward(3600);
  expect((await call('GET', '/locations/1')).headers['ratelimit-remaining']).toBe('59');
});

test('actions are found one by one, by their ids, and by what they concern', async () => {
  const { done, call } = apiUnderTest();
  const one = await done('/servers', serverRequest('one'));
  const two = await done('/servers', serverRequest('two'));
  const ids = (answer: { body: { actions: { id: number }[] } }) => answer.body.actions.map(({ id }) => id);
  const [first, second] = [one.action.id, two.action.id];

  expect(ids(await call('GET', `/actions?id=${first}&id=${second}&sort=id:desc`))).toEqual([second, first]);
  expect(ids(await call('GET', `/servers/${one.server.id}/actions`))).toEqual([
    first,
    one.next_actions[0].id,
  ]);
  expect(ids(await call('GET', '/servers/actions?status=running'))).toEqual([]);
  expect(ids(await call('GET', '/servers/actions?status=success'))).toHaveLength(4);
  const path = `/servers/${one.server.id}/actions`;
  expect((await call('GET', `${path}/${first}`)).body.action).toMatchObject({
    command: 'create_server',
    resources: [{ id: one.server.id, type: 'server' }],
  });
  expect(await call('GET', `${path}/${second}`)).toMatchObject({ status: 404 });
  expect(await call('GET', '/actions')).toMatchObject({ status: 410 });
});
