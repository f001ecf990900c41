import type { ClusterPlan } from '../cluster/plan.ts';
import { dot, FONT } from '../render/dot.ts';
import { drawingOf } from '../render/drawing.ts';
import { mermaid } from '../render/mermaid.ts';

export const GRAPH_FORMATS = ['svg', 'mermaid', 'dot'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** The drawing of a cluster, which ends with a line break. The same plan gives the same bytes on any machine. */
export async function graph(plan: ClusterPlan, format: GraphFormat): Promise<string> {
  const drawing = drawingOf(plan);
  switch (format) {
    case 'svg':
      return svg(dot(drawing));
    case 'mermaid':
      return `${mermaid(drawing)}\n`;
    case 'dot':
      return `${dot(drawing)}\n`;
    default:
      return format satisfies never;
  }
}

/** Graphviz as WebAssembly, of one version: fonts of the machine that runs it play no part in it. */
async function svg(text: string): Promise<string> {
  // Loaded when there is something to draw: it is more than a megabyte.
  const { instance } = await import('@viz-js/viz');
  const drawn = (await instance()).renderString(text, { format: 'svg', engine: 'dot' });
  // Graphviz knows how wide a font is by a single name only; those who look at the drawing may have to take the next one.
  return drawn.replaceAll(`font-family="${FONT}"`, `font-family="${FONT},DejaVu Sans,sans-serif"`);
}
