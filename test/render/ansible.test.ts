import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderCluster } from '../../render/tree.ts';
import { writeTree } from '../../render/write.ts';
import { planOf, ROOT, scenarios, sources } from './scenarios.ts';

const VENV = join(ROOT, '.venv/bin');
const env = {
  PATH: existsSync(VENV) ? `${VENV}:${process.env['PATH'] ?? ''}` : process.env['PATH'],
  NO_COLOR: '1',
};

/** A rendered Ansible project with the addresses that Terraform would have told. */
async function project(folder: string, scenario: string): Promise<string> {
  const plan = planOf(scenario);
  await writeTree(folder, renderCluster(plan, sources));
  const hosts = plan.nodes.map(({ name }, index) => ({
    [name]: {
      ansible_host: `203.0.113.${index + 1}`,
      node_public_address: `203.0.113.${index + 1}`,
      node_server_id: index + 1,
    },
  }));
  const addresses = { all: { hosts: Object.assign({}, ...hosts) as unknown } };
  writeFileSync(join(folder, 'ansible/inventory/addresses.yml'), `---\n${stringify(addresses)}`);
  return join(folder, 'ansible');
}

interface Play {
  readonly roles?: readonly string[];
  readonly tasks?: readonly {
    readonly 'ansible.builtin.import_role'?: { readonly name: string; readonly tasks_from?: string };
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(scenarios)('the Ansible project of %s', (scenario) => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await project(join(folder, scenario), scenario);
  });

  const playbooks = [...sources.keys()].flatMap(
    (path) => /^playbook-templates\/ansible\/([a-z-]+\.yml)(\.hbs)?$/.exec(path)?.[1] ?? [],
  );

  it(`passes ansible-playbook --syntax-check: ${playbooks.join(', ')}`, async () => {
    expect(playbooks).toContain('site.yml');
    await execa('ansible-playbook', ['--syntax-check', ...playbooks], { cwd, env });
  });

  it('has Kubespray’s groups with the right hosts', async () => {
    const { stdout } = await execa('ansible-inventory', ['--list', '--export'], { cwd, env });
    const inventory = JSON.parse(stdout) as Record<string, { hosts?: string[]; children?: string[] }>;
    const plan = planOf(scenario);
    const names = (keep: (node: (typeof plan.nodes)[number]) => boolean) =>
      plan.nodes.filter(keep).map(({ name }) => name);
    expect(inventory['etcd']?.hosts).toEqual(names((node) => node.etcdMember));
    expect(inventory['kube_control_plane']?.hosts).toEqual(names((node) => node.role === 'control-plane'));
    expect(inventory['kube_node']?.children).toEqual(['kube_control_plane', 'workers']);
    expect(inventory['k8s_cluster']?.children?.sort()).toEqual(['etcd', 'kube_node']);
  });
});

describe('the roles, as ansible-doc prints them', () => {
  interface Entry {
    readonly description?: readonly string[];
    readonly short_description?: string;
    readonly options?: Readonly<Record<string, { readonly description?: string | readonly string[] }>>;
  }
  let cwd: string;
  let roles: Readonly<Record<string, { readonly entry_points: Readonly<Record<string, Entry>> }>>;

  beforeAll(async () => {
    cwd = await project(join(folder, 'documented'), 'whole');
    const { stdout } = await execa(
      'ansible-doc',
      ['-t', 'role', '--json', ...readdirSync(join(cwd, 'roles'))],
      {
        cwd,
        env,
      },
    );
    roles = JSON.parse(stdout) as typeof roles;
  });

  it('tell every entry point that a playbook uses', () => {
    const used = readdirSync(cwd)
      .filter((name) => name.endsWith('.yml'))
      .flatMap((name) => parse(readFileSync(join(cwd, name), 'utf8')) as Play[])
      .flatMap(({ roles: named = [], tasks = [] }) => [
        ...named.map((role) => [role, 'main'] as const),
        ...tasks.flatMap((task) => {
          const imported = task['ansible.builtin.import_role'];
          return imported === undefined
            ? []
            : [[imported.name, imported.tasks_from?.replace('.yml', '') ?? 'main'] as const];
        }),
      ]);
    expect(used.length).toBeGreaterThan(8);
    for (const [role, entry] of used) expect(roles[role]?.entry_points, role).toHaveProperty(entry);
  });

  it('describe all that they take: every variable of the hosts is an option of some role', () => {
    const entries = Object.values(roles).flatMap((role) => Object.values(role.entry_points));
    const options = entries.flatMap(({ options = {} }) => Object.entries(options));
    expect(options.filter(([, { description }]) => (description ?? '').length === 0)).toEqual([]);
    expect(entries.filter(({ short_description: short = '' }) => short === '')).toEqual([]);

    const known = new Set(options.map(([name]) => name));
    const variables = ['group_vars', 'host_vars']
      .flatMap((name) => readdirSync(join(cwd, name)).map((file) => join(cwd, name, file)))
      .flatMap((file) => Object.keys(parse(readFileSync(file, 'utf8')) as object));
    expect(variables).toContain('node_pod_cidr');
    expect(variables.filter((name) => !name.startsWith('ansible_') && !known.has(name))).toEqual([]);
  });

  it('have a README each', () => {
    for (const role of Object.keys(roles))
      expect(readFileSync(join(cwd, 'roles', role, 'README.md'), 'utf8'), role).toMatch(/^# /);
  });
});

describe('ansible-lint with the production profile', () => {
  it.each<[string, string[]]>([
    ['level-3', ['.']],
    ['air-gapped', ['.']],
    // What differs from level-3.
    ['cni-calico', ['roles/cni_calico', 'install-workers.yml']],
    ['cni-cilium', ['roles/cni_cilium', 'install-workers.yml']],
    ['cni-flannel', ['roles/cni_flannel', 'install-workers.yml']],
  ])(
    'finds nothing in the project of %s',
    async (scenario, paths) => {
      const cwd = await project(join(folder, `lint-${scenario}`), scenario);
      const args = ['--offline', '--strict', '--profile', 'production', '--nocolor', '-q', ...paths];
      const { exitCode, stdout } = await execa('ansible-lint', args, { cwd, env, reject: false });
      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    },
    300_000,
  );
});
