import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { terraform } from '../../stacks/real-provider.ts';
import { apiUnderTest, PUBLIC_KEY, TOKEN } from './api-under-test.ts';

interface Variables {
  readonly color: string;
  readonly server_type: string;
  readonly protected: boolean;
}

/** The real terraform, with the real provider, in a folder of its own, against this endpoint. */
function project(endpoint: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lab-api-terraform-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync(
    fileURLToPath(new URL('clients/main.tf.json', import.meta.url)),
    path.join(folder, 'main.tf.json'),
  );
  return async (command: string, args: readonly string[] = [], variables?: Variables) => {
    const { stdout } = await terraform(folder, [command, '-no-color', ...args], {
      HCLOUD_TOKEN: TOKEN,
      HCLOUD_ENDPOINT: `${endpoint}/v1`,
      TF_VAR_public_key: PUBLIC_KEY,
      ...Object.fromEntries(
        Object.entries(variables ?? {}).map(([name, value]) => [`TF_VAR_${name}`, String(value)]),
      ),
    });
    return stdout;
  };
}

test('the real provider creates, sees no changes, changes and destroys', { timeout: 300_000 }, async () => {
  const { api, call, machines } = apiUnderTest();
  const run = project(await api.listen({ host: '127.0.0.1', port: 0 }));
  const first = { color: 'blue', server_type: 'cx23', protected: true };
  await run('init');

  expect(await run('apply', ['-auto-approve'], first)).toContain(
    'Resources: 12 added, 0 changed, 0 destroyed',
  );
  expect(JSON.parse(await run('output', ['-json']))).toMatchObject({
    locations: { value: ['fsn1', 'nbg1', 'hel1', 'ash', 'hil', 'sin'] },
    ipv6: { value: expect.stringMatching(/^2001:db8:[0-9a-f]+::1$/) },
  });
  expect([...machines.machines.values()].map(({ running }) => running)).toEqual([true, true, true, true]);
  expect(await run('plan', ['-detailed-exitcode'], first)).toContain('No changes.');

  const second = { ...first, color: 'red' };
  expect(await run('apply', ['-auto-approve'], second)).toContain(
    'Resources: 0 added, 4 changed, 0 destroyed',
  );
  expect((await call('GET', '/servers?label_selector=color%3Dred')).body.servers).toHaveLength(3);

  // A protected server stands in the way of terraform destroy, as at Hetzner.
  await expect(run('destroy', ['-auto-approve', '-target=hcloud_server.master'], second)).rejects.toThrow(
    /server deletion is protected \(protected/,
  );
  const third = { color: 'red', server_type: 'cx33', protected: false };
  expect(await run('apply', ['-auto-approve'], third)).toContain(
    'Resources: 0 added, 3 changed, 0 destroyed',
  );
  expect(await run('plan', ['-detailed-exitcode'], third)).toContain('No changes.');

  expect(await run('destroy', ['-auto-approve'], third)).toContain('Resources: 12 destroyed');
  expect(machines.machines.size).toBe(0);
  expect(machines.firewalls.size).toBe(0);
  for (const kind of ['servers', 'primary_ips', 'firewalls', 'placement_groups', 'ssh_keys', 'networks'])
    expect((await call('GET', `/${kind}`)).body[kind], kind).toEqual([]);
});
