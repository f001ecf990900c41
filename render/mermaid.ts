import type { Drawing } from './drawing.ts';

/** A drawing as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). */
export function mermaid({ mesh, groups, arrows }: Drawing): string {
  return [
    'flowchart LR',
    `  subgraph mesh["${mesh.title}"]`,
    ...groups.flatMap(({ id, title, boxes }) => [
      `    subgraph ${id}["${title}"]`,
      ...boxes.map((box) => `      ${box.id}["${box.title}<br/>${box.parts.join(', ')}"]`),
      '    end',
    ]),
    '  end',
    ...arrows.map(({ from, to, label }) => `  ${from} -- "${label}" --> ${to}`),
  ].join('\n');
}
