import { expect, test } from 'vitest';
import { apiUnderTest, serverRequest, type ApiUnderTest } from './api-under-test.ts';

const subnet = (ip_range: string, network_zone = 'eu-central') => ({ type: 'cloud', network_zone, ip_range });

const makeNetwork = async ({ done }: ApiUnderTest, ip_range = '10.64.0.0/24', zone?: string) =>
  (await done('/networks', { name: ip_range.replace('/', '-'), ip_range, subnets: [subnet(ip_range, zone)] }))
    .network;

const makeServer = async ({ done }: ApiUnderTest, name: string, more: object = {}) =>
  (await done('/servers', serverRequest(name, { location: 'fsn1', ...more }))).server;

test('an attached server has its address in the network, and its machine the interface', async () => {
  const lab = apiUnderTest();
  const [network, server] = [await makeNetwork(lab), await makeServer(lab, 'node')];
  const { action } = await lab.done(`/servers/${server.id}/actions/attach_to_network`, {
    network: network.id,
    ip: '10.64.0.111',
  });

  expect(action).toMatchObject({
    command: 'attach_to_network',
    resources: [
      { id: server.id, type: 'server' },
      { id: network.id, type: 'network' },
    ],
  });
  const { private_net } = (await lab.call('GET', `/servers/${server.id}`)).body.server;
  expect(private_net).toEqual([
    {
      network: network.id,
      ip: '10.64.0.111',
      alias_ips: [],
      mac_address: expect.stringMatching(/^86:00(:[0-9a-f]{2}){4}$/),
    },
  ]);
  expect((await lab.call('GET', `/networks/${network.id}`)).body.network.servers).toEqual([server.id]);
  expect(lab.machines.nics.get(server.id)).toEqual([
    {
      network: network.id,
      mac: private_net[0].mac_address,
      ip: '10.64.0.111',
      range: '10.64.0.0/24',
      gateway: '10.64.0.1',
    },
  ]);

  await lab.done(`/servers/${server.id}/actions/detach_from_network`, { network: network.id });
  expect((await lab.call('GET', `/servers/${server.id}`)).body.server.private_net).toEqual([]);
  expect(lab.machines.nics.get(server.id)).toBeUndefined();
});

test('a server that is created in a network gets the lowest free address, which is not the gateway’s', async () => {
  const lab = apiUnderTest();
  const network = await makeNetwork(lab);
  const ips = [];
  for (const name of ['one', 'two']) {
    const { id } = await makeServer(lab, name, { networks: [network.id] });
    ips.push((await lab.call('GET', `/servers/${id}`)).body.server.private_net[0].ip);
    expect(lab.machines.calls.slice(-2)).toEqual([`privateNetworks ${id}`, `create ${id}`]);
  }
  expect(ips).toEqual(['10.64.0.2', '10.64.0.3']);
});

test.each([
  ['that is the network’s own', '10.64.0.0', 'ip_not_available'],
  ['of the gateway', '10.64.0.1', 'ip_not_available'],
  ['for broadcasts', '10.64.0.255', 'ip_not_available'],
  ['of another network', '10.65.0.2', 'ip_not_available'],
  ['that another server has', '10.64.0.5', 'ip_not_available'],
])('a server does not get an address %s', async (_, ip, code) => {
  const lab = apiUnderTest();
  const network = await makeNetwork(lab);
  const [one, two] = [await makeServer(lab, 'one'), await makeServer(lab, 'two')];
  await lab.done(`/servers/${one.id}/actions/attach_to_network`, { network: network.id, ip: '10.64.0.5' });
  expect(
    await lab.call('POST', `/servers/${two.id}/actions/attach_to_network`, { network: network.id, ip }),
  ).toMatchObject({ status: 422, body: { error: { code } } });
});

test('a server is in a network once, in no two that overlap, and in none of another zone', async () => {
  const lab = apiUnderTest();
  const server = await makeServer(lab, 'node');
  const attach = async (network: { id: number }) =>
    (await lab.call('POST', `/servers/${server.id}/actions/attach_to_network`, { network: network.id })).body
      .error?.code;
  const network = await makeNetwork(lab);
  expect(await attach(network)).toBeUndefined();
  expect(await attach(network)).toBe('server_already_attached');
  expect(await attach(await makeNetwork(lab, '10.64.0.0/16'))).toBe('networks_overlap');
  expect(await attach(await makeNetwork(lab, '10.65.0.0/24', 'us-east'))).toBe('no_subnet_available');
});

test('a network takes as many servers as its limit says', async () => {
  const lab = apiUnderTest({ limits: { serversPerNetwork: 1 } });
  const network = await makeNetwork(lab);
  await makeServer(lab, 'one', { networks: [network.id] });
  expect(await lab.call('POST', '/servers', serverRequest('two', { networks: [network.id] }))).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded' } },
  });
});

test('a server that is deleted leaves its network, and a network that is deleted leaves its servers', async () => {
  const lab = apiUnderTest();
  const network = await makeNetwork(lab);
  const one = await makeServer(lab, 'one', { networks: [network.id] });
  const two = await makeServer(lab, 'two', { networks: [network.id] });
  await lab.settled((await lab.call('DELETE', `/servers/${one.id}`)).body.action.id);
  expect((await lab.call('GET', `/networks/${network.id}`)).body.network.servers).toEqual([two.id]);

  expect(await lab.call('DELETE', `/networks/${network.id}`)).toMatchObject({ status: 204 });
  await expect.poll(() => lab.machines.nics.size).toBe(0);
  expect((await lab.call('GET', `/servers/${two.id}`)).body.server.private_net).toEqual([]);
});
