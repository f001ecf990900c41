import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const VENV = join(ROOT, '.venv/bin');
const env = {
  PATH: existsSync(VENV) ? `${VENV}:${process.env['PATH'] ?? ''}` : process.env['PATH'],
  ANSIBLE_ROLES_PATH: join(ROOT, 'roles'),
  NO_COLOR: '1',
};

const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Host {
  readonly key: string;
  readonly privateAddress?: string;
  /** Keys in the roster that the host has already, and when it was written. */
  readonly roster?: Readonly<Record<string, string>>;
  readonly written?: number;
}

/**
 * Runs what the role does between looking at the hosts and writing their rosters, here, with hosts that answer as told.
 *
 * @returns the roster of each host of the run
 */
async function rosters(hosts: Readonly<Record<string, Host>>, limit = 'all'): Promise<Record<string, string>> {
  const cwd = mkdtempSync(join(folder, 'run-'));
  const names = Object.keys(hosts);
  const inventory = {
    all: {
      vars: {
        ansible_connection: 'local',
        ansible_python_interpreter: '{{ ansible_playbook_python }}',
        cluster_nodes: names.map((name, index) => ({ name, address: `10.0.1.${index + 11}`, role: 'worker' })),
        wireguard_port: 51820,
      },
      hosts: Object.fromEntries(
        Object.entries(hosts).map(([name, { key, privateAddress, roster = {}, written = 0 }], index) => [
          name,
          {
            node_public_address: `203.0.113.${index + 1}`,
            ...(privateAddress === undefined ? {} : { node_private_address: privateAddress }),
            ...(name.startsWith('etcd') ? {} : { node_pod_cidr: `10.244.${index}.0/24` }),
            seen: { public_key: key, roster, roster_time: written },
          },
        ]),
      ),
    },
  };
  const play = [
    {
      hosts: 'all',
      gather_facts: false,
      tasks: [
        { 'ansible.builtin.set_fact': { wireguard_found: '{{ seen }}' } },
        { 'ansible.builtin.include_role': { name: 'wireguard', tasks_from: 'keys.yml' } },
        {
          'ansible.builtin.template': {
            src: join(ROOT, 'roles/wireguard/templates/roster.conf.j2'),
            dest: `${cwd}/{{ inventory_hostname }}.conf`,
            mode: '0644',
          },
        },
      ],
    },
  ];
  writeFileSync(join(cwd, 'inventory.yml'), stringify(inventory));
  writeFileSync(join(cwd, 'play.yml'), stringify(play));
  await execa('ansible-playbook', ['-i', 'inventory.yml', '--limit', limit, 'play.yml'], { cwd, env });
  return Object.fromEntries(
    names
      .map((name) => [name, join(cwd, `${name}.conf`)] as const)
      .filter(([, path]) => existsSync(path))
      .map(([name, path]) => [name, readFileSync(path, 'utf8')]),
  );
}

describe('the peers of the mesh', () => {
  it('are the same bytes on all nodes: public address, mesh address and pods of each', async () => {
    const written = await rosters({ 'etcd-1': { key: 'E=' }, 'worker-1': { key: 'W=' } });
    expect(new Set(Object.values(written)).size).toBe(1);
    expect(written['etcd-1']).toMatchInlineSnapshot(`
      "# The mesh: the same bytes on every node. A node ignores the peer that has its own key.
      [Interface]
      ListenPort = 51820

      # etcd-1
      [Peer]
      PublicKey = E=
      Endpoint = 203.0.113.1:51820
      AllowedIPs = 10.0.1.11/32

      # worker-1
      [Peer]
      PublicKey = W=
      Endpoint = 203.0.113.2:51820
      AllowedIPs = 10.0.1.12/32, 10.244.1.0/24
      "
    `);
  });

  it('are reached at their private addresses where the cluster has a private network', async () => {
    const written = await rosters({
      a: { key: 'A=', privateAddress: '10.64.0.111' },
      b: { key: 'B=', privateAddress: '10.64.0.121' },
    });
    expect(written['a']?.match(/^Endpoint.*$/gm)).toEqual([
      'Endpoint = 10.64.0.111:51820',
      'Endpoint = 10.64.0.121:51820',
    ]);
  });

  it('take over the new key of a node that was replaced, whatever the rosters say', async () => {
    const old = { a: 'A=', b: 'old=' };
    const written = await rosters({ a: { key: 'A=', roster: old, written: 2 }, b: { key: 'new=' } });
    expect(written['a']).toContain('PublicKey = new=');
    expect(written['a']).not.toContain('old=');
  });

  it('stay when --limit leaves them out, with the key of the newest roster', async () => {
    const written = await rosters(
      {
        a: { key: 'A=', roster: { a: 'A=', b: 'B=', c: 'stale=' }, written: 1 },
        b: { key: 'B=', roster: { a: 'A=', b: 'B=', c: 'C=' }, written: 2 },
        c: { key: 'not asked' },
      },
      'a,b',
    );
    expect(Object.keys(written)).toEqual(['a', 'b']);
    expect(written['a']).toContain('PublicKey = C=');
    expect(written['a']).toBe(written['b']);
  });

  it('are not lost when --limit leaves out all that know them: the run is refused', async () => {
    await expect(rosters({ a: { key: 'A=' }, b: { key: 'B=' }, c: { key: 'C=' } }, 'c')).rejects.toThrow(
      /The WireGuard keys of a, b are not known to any host of this run/,
    );
  });

  it('do not have a node that is no longer planned', async () => {
    const written = await rosters({ a: { key: 'A=', roster: { a: 'A=', gone: 'G=' }, written: 1 } });
    expect(written['a']).not.toContain('G=');
  });
});
