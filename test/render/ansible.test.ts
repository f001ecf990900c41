import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
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
    const { stdout } = await execa('ansible-inventory', ['--list'], { cwd, env });
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

describe('ansible-lint with the production profile', () => {
  it.each<[string, string[]]>([
    ['level-3', ['.']],
    ['air-gapped', ['.']],
    // What differs from level-3.
    ['cni-calico', ['roles/cni_calico', 'install-workers.yml']],
    ['cni-cilium', ['roles/cni_cilium', 'install-workers.yml']],
    ['cni-flannel', ['roles/cni_flannel', 'install-workers.yml']],
  ])('finds nothing in the project of %s', async (scenario, paths) => {
    const cwd = await project(join(folder, `lint-${scenario}`), scenario);
    const args = ['--offline', '--strict', '--profile', 'production', '--nocolor', '-q', ...paths];
    const { exitCode, stdout } = await execa('ansible-lint', args, { cwd, env, reject: false });
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });
});
