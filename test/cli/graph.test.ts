import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { graph } from '../../drive/graph.ts';
import { folderWith, CLUSTER_YAML } from '../drive/cluster-in-a-folder.ts';
import { clusterOf } from '../stacks/terraform.ts';
import { kubehaus } from './kubehaus.ts';

vi.setConfig({ testTimeout: 120_000 });

const LARGE = {
  controlPlane: { count: 3 },
  etcd: { placement: 'isolated', count: 5 },
  network: { nodeCidr: '10.0.0.0/22' },
  workers: [
    { name: 'worker', count: 100 },
    { name: 'big', count: 2 },
  ],
};

/** Texts of an SVG, in the order in which they are drawn. */
const textsOf = (svg: string) =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replaceAll('&#160;', ' ').replaceAll('&#45;', '-').trim(),
  );

describe('the drawing of a cluster', () => {
  it('has the mesh, every master and etcd machine, and the load balancer of every node that runs pods', async () => {
    const texts = textsOf(await graph(clusterOf(LARGE).plan, 'svg'));
    const times = (wanted: string) => texts.filter((text) => text === wanted).length;
    expect(texts).toEqual(
      expect.arrayContaining([
        'WireGuard mesh 10.0.0.0/22',
        ...[1, 2, 3].map((n) => `prod-master-${n}`),
        ...[1, 2, 3, 4, 5].map((n) => `prod-etcd-${n}`),
        ...['prod-worker-1', '99 more', 'prod-big-1', 'prod-big-2'],
      ]),
    );
    expect(times('prod-worker-2')).toBe(0);
    expect(times('API server')).toBe(3);
    // Three masters, two boxes of the large pool, two workers of the other one.
    expect(times('load balancer')).toBe(7);
    // Their own five machines, and the name of the group.
    expect(times('etcd')).toBe(6);
    expect(texts.filter((text) => text.endsWith('127.0.0.1:16443'))).toHaveLength(2);
    expect(times('TLS')).toBe(1);
  });

  it('shows etcd on the masters where it runs there, and one machine alone', async () => {
    const stacked = textsOf(await graph(clusterOf({ controlPlane: { count: 3 } }).plan, 'svg'));
    expect(stacked.filter((text) => text === 'etcd')).toHaveLength(3);
    const alone = textsOf(await graph(clusterOf({ controlPlane: { count: 1 } }).plan, 'svg'));
    expect(alone).toEqual(expect.arrayContaining(['prod-master-1', 'API server', 'etcd', 'load balancer']));
  });

  it('is as large for 240 workers as for 100, and has the same bytes every time', async () => {
    const { plan } = clusterOf(LARGE);
    expect(await graph(plan, 'svg')).toBe(await graph(plan, 'svg'));
    const larger = clusterOf({ ...LARGE, workers: [{ count: 240 }, { name: 'big', count: 2 }] });
    for (const format of ['svg', 'mermaid', 'dot'] as const)
      expect((await graph(larger.plan, format)).split('\n').length).toBe(
        (await graph(plan, format)).split('\n').length,
      );
  });
});

describe('kubehaus graph', () => {
  it('prints SVG, or Mermaid as it stands in the rendered README, or writes a file', async () => {
    const { root, rendered } = await folderWith(CLUSTER_YAML);
    await kubehaus(['render', '-C', root]);
    const svg = await kubehaus(['graph', '-C', root]);
    expect([svg.exitCode, svg.stderr]).toEqual([0, '']);
    expect(svg.stdout).toMatch(/^<\?xml[^]*<svg [^]*<\/svg>$/);

    const drawn = await kubehaus(['graph', '-C', root, '--format', 'mermaid']);
    const readme = await readFile(join(rendered, 'README.md'), 'utf8');
    expect(readme).toContain(`\`\`\`mermaid\n${drawn.stdout}\n\`\`\``);

    const file = join(root, 'cluster.svg');
    expect((await kubehaus(['graph', '-C', root, '-o', file])).stdout).toBe('');
    expect((await readFile(file, 'utf8')).trim()).toBe(svg.stdout);
    expect((await kubehaus(['graph', '-C', root, '--format', 'png'])).exitCode).toBe(2);
  });
});
