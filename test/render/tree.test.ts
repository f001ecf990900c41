import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCluster, type Tree } from '../../render/tree.ts';
import { writeTree } from '../../render/write.ts';
import { flawsOf } from './flaws.ts';
import { goldenOf } from './golden.ts';
import { filesBelow, planOf, scenarios, SCENARIOS, sources } from './scenarios.ts';

describe.each(scenarios)('scenario %s', (scenario) => {
  const tree = renderCluster(planOf(scenario), sources);

  it('renders what stands in expected/', () => {
    const expected = join(SCENARIOS, scenario, 'expected');
    const golden = goldenOf(tree);
    if (process.env['UPDATE_GOLDENS'] === '1') {
      rmSync(expected, { recursive: true, force: true });
      for (const [path, text] of golden) {
        mkdirSync(dirname(join(expected, path)), { recursive: true });
        writeFileSync(join(expected, path), text);
      }
    }
    const remedy =
      'Wanted? UPDATE_GOLDENS=1 npx vitest run test/render, then review the difference with git diff';
    expect(Object.fromEntries(golden), remedy).toEqual(Object.fromEntries(filesBelow(expected)));
  });

  it('renders the same bytes again', () => {
    expect([...renderCluster(planOf(scenario), sources)]).toEqual([...tree]);
  });

  it('is files that can be read, without a time, a path of this machine, a secret or what was not rendered', () => {
    expect(flawsOf(tree)).toEqual([]);
  });
});

describe('a rendered tree', () => {
  it('holds every playbook of the sources, and every role but those of other pod networks', () => {
    const tree = renderCluster(planOf('air-gapped'), sources);
    for (const path of sources.keys()) {
      const place = path
        .replace('playbook-templates/', '')
        .replace(/^roles\//, 'ansible/roles/')
        .replace(/\.hbs$/, '');
      expect(tree.has(place), place).toBe(!/\/cni_(calico|cilium|flannel)\//.test(place));
    }
  });

  it.each(['calico', 'cilium', 'flannel'])('has %s as its only pod network where that was chosen', (cni) => {
    const tree = renderCluster(planOf(`cni-${cni}`), sources);
    const roles = [...tree.keys()].flatMap((path) => /\/roles\/(cni_[a-z]+)\//.exec(path)?.[1] ?? []);
    expect(new Set(roles)).toEqual(new Set([`cni_${cni}`]));
    const playbooks = [...tree].filter(([path]) => /^ansible\/[a-z-]+\.yml$/.test(path));
    expect(playbooks.filter(([, text]) => text.includes(`name: cni_${cni}`)).map(([path]) => path)).toEqual([
      'ansible/install-workers.yml',
    ]);
    expect(playbooks.map(([, text]) => text).join('')).not.toContain('cni_native');
  });

  it('shows one more worker as its own files and a few lines', () => {
    const lines = (tree: Tree) =>
      [...tree].flatMap(([path, text]) => text.split('\n').map((line) => `${path}: ${line}`));
    const plan = planOf('level-1');
    const fewer = { ...plan, nodes: plan.nodes.slice(0, -1) };
    const before = new Set(lines(renderCluster(fewer, sources)));
    const added = lines(renderCluster(plan, sources)).filter((line) => !before.has(line));
    expect(
      added.filter((line) => !line.includes('dev-worker-3')).filter((line) => !line.includes('host_vars')),
    ).toEqual(expect.not.arrayContaining([expect.stringContaining('dev-worker-1')]));
    expect(added.length).toBeLessThan(80);
  });
});

describe('writing a tree', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const tree: Tree = new Map([
    ['README.md', 'read me\n'],
    ['ansible/roles/etcd/tasks/main.yml', 'tasks\n'],
  ]);

  it('adds, changes and removes exactly what differs, and leaves what others keep', async () => {
    await writeTree(folder, tree);
    mkdirSync(join(folder, 'ansible/inventory'), { recursive: true });
    writeFileSync(join(folder, 'ansible/inventory/addresses.yml'), 'addresses\n');
    const untouched = statSync(join(folder, 'README.md')).mtimeMs;

    const written = await writeTree(
      folder,
      new Map([
        ['README.md', 'read me\n'],
        ['ansible/site.yml', 'site\n'],
      ]),
    );

    expect(written).toEqual({
      added: ['ansible/site.yml'],
      changed: [],
      removed: ['ansible/roles/etcd/tasks/main.yml'],
      unchanged: 1,
    });
    expect(statSync(join(folder, 'README.md')).mtimeMs).toBe(untouched);
    expect([...filesBelow(folder).keys()]).toEqual([
      'README.md',
      'ansible/inventory/addresses.yml',
      'ansible/site.yml',
    ]);
    expect(readFileSync(join(folder, 'ansible/inventory/addresses.yml'), 'utf8')).toBe('addresses\n');
  });

  it('lets the bytecode be that Python leaves beside plugins', async () => {
    await writeTree(folder, tree);
    mkdirSync(join(folder, 'ansible/roles/etcd/filter_plugins/__pycache__'), { recursive: true });
    writeFileSync(join(folder, 'ansible/roles/etcd/filter_plugins/__pycache__/plan.pyc'), '');
    expect((await writeTree(folder, tree)).removed).toEqual([]);
  });

  it('writes nothing the second time', async () => {
    await writeTree(folder, tree);
    expect(await writeTree(folder, tree)).toEqual({ added: [], changed: [], removed: [], unchanged: 2 });
  });
});
