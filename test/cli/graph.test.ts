import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { graph } from '../../drive/graph.ts';
import { CLUSTER_YAML, folderWith } from '../drive/cluster-in-a-folder.ts';
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
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.replaceAll('&#45;', '-'));

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

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Area extends Point {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const attributesOf = (tag: string) =>
  Object.fromEntries(
    [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );

/** Where the texts of an SVG stand; letters are as wide on average as DejaVu Sans', which is a wide font. */
function areasOf(svg: string): readonly Area[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, tag = '', text = '']) => {
    const { x, y, ...attributes } = attributesOf(tag);
    const size = Number(attributes['font-size']);
    const width =
      text.replaceAll(/&#\d+;/g, ' ').length * size * (attributes['font-weight'] === 'bold' ? 0.6 : 0.55);
    return {
      text,
      x: Number(x) - (attributes['text-anchor'] === 'middle' ? width / 2 : 0),
      y: Number(y) - size * 0.8,
      width,
      height: size,
    };
  });
}

/** Points on the arrows' lines: Bézier curves of three more points each (https://www.w3.org/TR/SVG11/paths.html). */
function linesOf(svg: string): readonly Point[] {
  return [...svg.matchAll(/class="edge">[^]*?<path [^>]*d="([^"]*)"/g)].flatMap(([, path = '']) => {
    const points = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }));
    const curves = Array.from({ length: (points.length - 1) / 3 }, (_, index) =>
      points.slice(index * 3, index * 3 + 4),
    );
    return curves.flatMap((curve) =>
      Array.from({ length: 51 }, (_, step) => {
        const t = step / 50;
        const on = (axis: keyof Point) =>
          [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3].reduce(
            (sum, weight, index) => sum + weight * (curve[index]?.[axis] ?? 0),
            0,
          );
        return { x: on('x'), y: on('y') };
      }),
    );
  });
}

const isIn = ({ x, y }: Point, area: Area) =>
  x > area.x && x < area.x + area.width && y > area.y && y < area.y + area.height;

const overlap = (one: Area, other: Area) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

describe('the picture', () => {
  it.each([1, 2, 3, 4, 5, 9])(
    'has no text upon another or under a line, with %i pools of workers',
    async (count) => {
      const workers = Array.from({ length: count }, (_, index) => ({
        name: `pool-${index}`,
        count: index + 1,
      }));
      for (const layout of [{}, { controlPlane: { count: 2 }, etcd: { placement: 'isolated', count: 3 } }]) {
        const svg = await graph(clusterOf({ ...layout, workers }).plan, 'svg');
        const areas = areasOf(svg);
        const lines = linesOf(svg);
        expect(areas.length).toBeGreaterThan(10);
        expect(lines.length).toBeGreaterThan(50);
        expect(
          areas.filter((area) => lines.some((point) => isIn(point, area))).map(({ text }) => text),
        ).toEqual([]);
        expect(
          areas.flatMap((one, index) =>
            areas.slice(index + 1).flatMap((other) => (overlap(one, other) ? [[one.text, other.text]] : [])),
          ),
        ).toEqual([]);
      }
    },
  );
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

    const nowhere = await kubehaus(['graph', '-C', root, '-o', join(root, 'pictures/cluster.svg')]);
    expect([nowhere.exitCode, nowhere.stdout]).toEqual([2, '']);
    expect(nowhere.stderr).toContain(
      `--output: there is no folder ${join(root, 'pictures')}. Nothing was written.`,
    );
  });
});
