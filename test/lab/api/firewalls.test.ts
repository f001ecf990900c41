import { expect, test } from 'vitest';
import { apiUnderTest, serverRequest } from './api-under-test.ts';

const ssh = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['192.0.2.0/24'] };
const onTheWire = { direction: 'in', protocol: 'tcp', port: '22', sources: ['192.0.2.0/24'] };

test('the rules of a firewall stand on the wire before the machine that was created with it', async () => {
  const { done, call, machines } = apiUnderTest();
  const { firewall } = await done('/firewalls', { name: 'nodes', rules: [ssh] });
  const { server } = await done(
    '/servers',
    serverRequest('node', { firewalls: [{ firewall: firewall.id }] }),
  );

  const calls = machines.calls.filter((call) => !call.startsWith('privateNetworks'));
  expect(calls).toEqual([`firewall ${server.id}`, `create ${server.id}`]);
  expect(machines.firewalls.get(server.id)).toEqual([onTheWire]);
  expect((await call('GET', `/servers/${server.id}`)).body.server.public_net.firewalls).toEqual([
    { id: firewall.id, status: 'applied' },
  ]);
  expect((await call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to).toEqual([
    { type: 'server', server: { id: server.id } },
  ]);
});

test('new rules reach every server that has the firewall', async () => {
  const { done, machines } = apiUnderTest();
  const { firewall } = await done('/firewalls', { name: 'nodes', rules: [ssh] });
  const withFirewall = { firewalls: [{ firewall: firewall.id }] };
  const one = (await done('/servers', serverRequest('one', withFirewall))).server.id;
  const two = (await done('/servers', serverRequest('two', withFirewall))).server.id;
  const without = (await done('/servers', serverRequest('three'))).server.id;

  const { actions } = await done(`/firewalls/${firewall.id}/actions/set_rules`, { rules: [] });
  expect(actions.map(({ command }: { command: string }) => command)).toEqual([
    ...['set_firewall_rules', 'apply_firewall', 'apply_firewall'],
  ]);
  expect(machines.firewalls.get(one)).toEqual([]);
  expect(machines.firewalls.get(two)).toEqual([]);
  expect(machines.firewalls.has(without)).toBe(false);
});

test('a firewall is applied and removed; until its action has succeeded it is pending', async () => {
  const lab = apiUnderTest();
  const { firewall } = await lab.done('/firewalls', { name: 'nodes', rules: [ssh] });
  const { server } = await lab.done('/servers', serverRequest('node'));
  const target = { type: 'server', server: { id: server.id } };
  const apply = `/firewalls/${firewall.id}/actions/apply_to_resources`;

  const { actions } = (await lab.call('POST', apply, { apply_to: [target] })).body;
  expect(actions).toMatchObject([{ command: 'apply_firewall', status: 'running' }]);
  await lab.settled(actions[0].id);
  expect(lab.machines.firewalls.get(server.id)).toEqual([onTheWire]);
  expect(await lab.call('POST', apply, { apply_to: [target] })).toMatchObject({
    status: 422,
    body: { error: { code: 'firewall_already_applied' } },
  });
  expect(await lab.call('DELETE', `/firewalls/${firewall.id}`)).toMatchObject({
    status: 422,
    body: { error: { code: 'resource_in_use' } },
  });

  await lab.done(`/firewalls/${firewall.id}/actions/remove_from_resources`, { remove_from: [target] });
  expect(lab.machines.firewalls.has(server.id)).toBe(false);
  expect(await lab.call('DELETE', `/firewalls/${firewall.id}`)).toMatchObject({ status: 204 });
});

test('a label selector brings the firewall to servers as they get the label, and takes it off again', async () => {
  const { done, call, settled, machines } = apiUnderTest();
  const apply_to = [{ type: 'label_selector', label_selector: { selector: 'role in (master, etcd)' } }];
  const { firewall } = await done('/firewalls', { name: 'nodes', rules: [ssh], apply_to });
  const master = (await done('/servers', serverRequest('master', { labels: { role: 'master' } }))).server.id;
  const worker = (await done('/servers', serverRequest('worker', { labels: { role: 'worker' } }))).server.id;
  expect(machines.firewalls.get(master)).toEqual([onTheWire]);
  expect(machines.firewalls.has(worker)).toBe(false);

  const relabel = async (id: number, role: string) => {
    await call('PUT', `/servers/${id}`, { labels: { role } });
    const { actions } = (await call('GET', `/servers/${id}/actions?sort=id:desc`)).body;
    await settled(actions[0].id);
  };
  await relabel(worker, 'etcd');
  expect(machines.firewalls.get(worker)).toEqual([onTheWire]);
  expect((await call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to[0]).toMatchObject({
    applied_to_resources: [{ server: { id: master } }, { server: { id: worker } }],
  });
  await relabel(master, 'worker');
  expect(machines.firewalls.has(master)).toBe(false);

  const remove_from = [{ type: 'server', server: { id: worker } }];
  expect(
    await call('POST', `/firewalls/${firewall.id}/actions/remove_from_resources`, { remove_from }),
  ).toMatchObject({
    status: 422,
    body: { error: { code: 'firewall_managed_by_label_selector' } },
  });
});

test('the rules of all firewalls of a server count together; those for out name destinations', async () => {
  const { done, machines } = apiUnderTest();
  const icmp = { direction: 'in', protocol: 'icmp', source_ips: ['0.0.0.0/0', '2001:DB8::/32'] };
  const out = { direction: 'out', protocol: 'udp', port: 'any', destination_ips: ['198.51.100.0/24'] };
  const one = (await done('/firewalls', { name: 'one', rules: [ssh] })).firewall.id;
  const two = (await done('/firewalls', { name: 'two', rules: [icmp, out] })).firewall.id;
  const firewalls = [{ firewall: one }, { firewall: two }];
  const { server } = await done('/servers', serverRequest('node', { firewalls }));
  expect(machines.firewalls.get(server.id)).toEqual([
    onTheWire,
    { direction: 'in', protocol: 'icmp', sources: ['0.0.0.0/0', '2001:db8::/32'] },
    { direction: 'out', protocol: 'udp', port: 'any', sources: ['198.51.100.0/24'] },
  ]);
});

test.each([
  ['no port for tcp', { ...ssh, port: undefined }],
  ['a port for icmp', { ...ssh, protocol: 'icmp' }],
  ['a range that runs backwards', { ...ssh, port: '85-80' }],
  ['a port above 65535', { ...ssh, port: '70000' }],
  ['no sources for in', { ...ssh, source_ips: [] }],
  ['no destinations for out', { ...ssh, direction: 'out' }],
  ['host bits in a network', { ...ssh, source_ips: ['192.0.2.1/24'] }],
  ['a source that is no network', { ...ssh, source_ips: ['somewhere'] }],
])('a rule with %s is refused', async (_what, rule) => {
  const { call } = apiUnderTest();
  const answer = await call('POST', '/firewalls', { name: 'nodes', rules: [rule] });
  expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
  expect(answer.body.error.details.fields[0].name).toMatch(/^rules\.0\./);
});

test('a firewall has at most 50 rules, and a server at most 5 firewalls', async () => {
  const { done, call } = apiUnderTest();
  const rules = Array.from({ length: 51 }, (_, n) => ({ ...ssh, port: String(1000 + n) }));
  expect(await call('POST', '/firewalls', { name: 'long', rules })).toMatchObject({ status: 422 });

  const firewalls: { firewall: number }[] = [];
  for (let n = 1; n <= 6; n++)
    firewalls.push({ firewall: (await done('/firewalls', { name: `f${n}` })).firewall.id });
  expect(await call('POST', '/servers', serverRequest('node', { firewalls }))).toMatchObject({
    status: 403,
    body: { error: { code: 'resource_limit_exceeded' } },
  });
  await done('/servers', serverRequest('node', { firewalls: firewalls.slice(1) }));
});

test('a firewall cannot be applied to a server that does not exist', async () => {
  const { done, call } = apiUnderTest();
  const apply_to = [{ type: 'server', server: { id: 4711 } }];
  expect(await call('POST', '/firewalls', { name: 'nodes', apply_to })).toMatchObject({
    status: 422,
    body: { error: { code: 'firewall_resource_not_found' } },
  });
  const { firewall } = await done('/firewalls', { name: 'nodes' });
  expect(
    await call('POST', `/firewalls/${firewall.id}/actions/apply_to_resources`, { apply_to }),
  ).toMatchObject({
    status: 404,
    body: { error: { code: 'firewall_resource_not_found' } },
  });
});
