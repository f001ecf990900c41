import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { apiUnderTest, PUBLIC_KEY, TOKEN } from './api-under-test.ts';
import { python } from './clients/python.ts';

test("Hetzner's own Python client works with the API as with the real one", async () => {
  const { api, machines } = apiUnderTest();
  const endpoint = await api.listen({ host: '127.0.0.1', port: 0 });
  const script = fileURLToPath(new URL('clients/hcloud_client.py', import.meta.url));
  const { stdout } = await execa(python(), [script, PUBLIC_KEY], {
    env: { HCLOUD_TOKEN: TOKEN, HCLOUD_ENDPOINT: `${endpoint}/v1` },
  });

  expect(JSON.parse(stdout)).toEqual({
    locations: ['fsn1', 'nbg1', 'hel1', 'ash', 'hil', 'sin'],
    server_types: 22,
    image: 'Debian 12',
    same_key: 'uniqueness_error',
    created_as: ['initializing', 'initializing', 'initializing'],
    statuses: ['running', 'running', 'running'],
    addresses: ['203.0.113.10', '203.0.113.11', '203.0.113.12'],
    firewalls: [['applied'], ['applied'], ['applied']],
    in_group: 3,
    selected: ['master-3'],
    same_name: 'uniqueness_error',
    off: 'off',
    changed: ['running', 'cx43', 80],
    protected: ['protected', 'protected'],
    updated: { role: 'worker' },
    in_use: 'resource_in_use',
    firewall_deleted: true,
    subnets: ['10.0.1.0/24'],
    attached: [[true, '10.0.1.5', []]],
    members: [true],
    attached_again: 'server_already_attached',
    same_ip: 'ip_not_available',
    subnet_in_use: 'resource_in_use',
    detached: [],
    primary_ip: ['203.0.113.13', null, 7],
    commands: [
      ...['create_server', 'start_server', 'stop_server', 'change_server_type', 'rebuild_server'],
      ...['change_protection', 'change_protection', 'apply_firewall', 'remove_firewall'],
      ...['attach_to_network', 'detach_from_network'],
    ],
    left: [],
    gone: 'not_found',
  });
  expect(machines.machines.size).toBe(0);
});
