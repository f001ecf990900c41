import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { ROOT } from '../render/scenarios.ts';
import { labCluster, removeLabNamed, type LabCluster } from './lab-cluster.ts';
import { expectAllReady } from './use-tests.ts';

/** One master, one worker, at one place; another type will do for each. */
const CHANGES = {
  locations: ['nbg1'],
  controlPlane: { count: 1, serverType: ['cx23', 'cx33'] },
  workers: [{ count: 1, serverType: ['cx23', 'cx33'] }],
};

describe('a cluster whose type of server runs out in the middle of the apply', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await labCluster('e2efall', 'level-3');
    await edit(CHANGES);
  });
  afterAll(async () => {
    await removeLabNamed('e2efall');
  });

  /** Sets fields of cluster.yaml by their paths. */
  async function edit(fields: object): Promise<void> {
    const file = join(cluster.folder, 'cluster.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    for (const [path, value] of Object.entries(fields))
      document.setIn(path.split('.'), document.createNode(value));
    await writeFile(file, document.toString({ lineWidth: 0 }));
  }

  const lab = (...args: readonly string[]) =>
    cluster.run([process.execPath, join(ROOT, 'dist/lab/cli/main.js'), ...args, '--name', cluster.lab.name]);

  it('comes up with the next type of the list, and keeps to what it got', async () => {
    const told = await lab('fault', 'stock-out', '--location', 'nbg1', '--type', 'cx23', '--left', '1');
    expect(told.exitCode, told.all).toBe(0);
    const priced = await lab('price', 'server', '--type', 'cx23', '--monthly', '3.21');
    expect(priced.exitCode, priced.all).toBe(0);
    // One can still be had, so the plan does not see it coming.
    const planned = await cluster.kubehaus(['plan']);
    expect(planned.stdout, planned.all).toContain(
      'Hetzner has all servers in stock that are still to be made.',
    );
    // Two servers, each with an address for 0.50.
    expect(planned.stdout).toContain('Together EUR 7.42 a month');

    const ended = await cluster.kubehaus(['up', '--yes']);

    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.stdout).toMatch(
      /^demo-(master|worker)-1: cx23 is out of stock in nbg1; next is cx33 in nbg1\.$/m,
    );
    const lock = parse(await readFile(join(cluster.folder, 'cluster.lock.yaml'), 'utf8')) as {
      nodes: Record<string, { serverType: string }>;
    };
    expect(
      Object.values(lock.nodes)
        .map(({ serverType }) => serverType)
        .sort(),
    ).toEqual(['cx23', 'cx33']);

    const kubeconfig = await cluster.kubehaus([
      'kubeconfig',
      '--output',
      join(cluster.folder, '.kubehaus/kubeconfig'),
    ]);
    expect(kubeconfig.exitCode, kubeconfig.all).toBe(0);
    await expectAllReady(cluster, { masters: ['demo-master-1'], workers: ['demo-worker-1'], etcd: [] });

    // The type that ran out is to be had again: a server that is there stays what it is.
    expect((await lab('fault', 'clear')).exitCode).toBe(0);
    const again = await cluster.kubehaus(['plan']);
    expect(again.stdout, again.all).toContain('Terraform changes nothing');
  });

  it('asks its hosts what would change on them, and changes nothing', async () => {
    const before = await cluster.kubehaus(['plan', '--check-hosts']);
    expect(before.exitCode, before.all).toBe(0);
    expect(before.stdout).toContain('ansible-playbook --check would change nothing on the nodes that exist.');

    await edit({
      workers: [{ count: 2, serverType: ['cx23', 'cx33'] }],
      'kubernetes.kubelet.maxPods': 99,
    });
    const planned = await cluster.kubehaus(['plan', '--check-hosts']);
    expect(planned.exitCode, planned.all).toBe(0);
    expect(planned.stdout).toMatch(/create +hcloud_server +demo-worker-2$/m);
    expect(planned.stdout).toContain('To be installed: demo-worker-2.');
    const found = planned.stdout.slice(planned.stdout.indexOf('On the hosts, as they are now'));
    expect(found).toMatch(/^install-workers +kubernetes : .*settings +demo-worker-1$/m);
    expect(found).not.toContain('demo-worker-2');
    const [, log = ''] = /The difference of every file: (.*)$/m.exec(found) ?? [];
    expect(await readFile(log, 'utf8')).toMatch(/^\s*\+\s*maxPods: 99$/m);
  });
});
