import type { Arrow, Box, Drawing, Group, Part } from './drawing.ts';

interface Color {
  readonly fill: string;
  readonly line: string;
}

/** Light fills with a line of the same hue; text is dark on all of them. */
const BLUE: Color = { fill: '#e8f1fb', line: '#4a7fb5' };
const GREEN: Color = { fill: '#eaf5ea', line: '#4f8f5b' };
const ORANGE: Color = { fill: '#fdf1e2', line: '#c2843a' };
const GROUP_COLORS: Readonly<Record<Group['role'], Color>> = {
  worker: BLUE,
  'control-plane': GREEN,
  etcd: ORANGE,
};
const PART_COLORS: Readonly<Record<Part, Color>> = {
  'load balancer': BLUE,
  'API server': GREEN,
  etcd: ORANGE,
};
const TEXT = '#24292f';
const FAINT = '#57606a';

/**
 * Graphviz makes boxes as wide as texts are in this font, if it knows it by that name. It is wide, and DejaVu Sans has its measures:
 * what shows the drawing in another font has room enough.
 */
export const FONT = 'Verdana';

/** A drawing in Graphviz's language (https://graphviz.org/doc/info/lang.html). */
export function dot({ mesh, groups, arrows }: Drawing): string {
  return [
    'digraph cluster {',
    // With `compound`, arrows end at a group's frame and not at a node in it.
    `  graph [rankdir=LR, compound=true, fontname="${FONT}", fontsize=12, nodesep=0.2, ranksep=0.7, pad=0.2, bgcolor=white]`,
    `  node [shape=plain, fontname="${FONT}", fontsize=11, fontcolor="${TEXT}"]`,
    `  edge [color="${FAINT}", arrowsize=0.7, tailport=e, headport=w]`,
    '  subgraph cluster_mesh {',
    `    graph [label=${quoted(mesh.title)}, style="rounded,dashed", color="${FAINT}", fontcolor="${FAINT}", margin=18]`,
    // Graphviz puts what comes first at the bottom when it draws from left to right.
    ...[...groups].reverse().flatMap((group) => groupLines(group).map((line) => `    ${line}`)),
    ...arrows.map((arrow) => `    ${labelLine(arrow)}`),
    '  }',
    ...arrows.flatMap((arrow) => arrowLines(arrow, groups).map((line) => `  ${line}`)),
    '}',
  ].join('\n');
}

function groupLines({ id, role, title, boxes }: Group): string[] {
  const { fill, line } = GROUP_COLORS[role];
  return [
    `subgraph ${quoted(`cluster_${id}`)} {`,
    `  graph [label=${quoted(title)}, style="rounded,filled", fillcolor="${fill}", color="${line}", fontcolor="${TEXT}", margin=12]`,
    ...[...boxes].reverse().map((box) => `  ${quoted(box.id)} [label=<${boxTable(box, line)}>]`),
    '}',
  ];
}

/** A box as a table: its name, and below it what runs there (https://graphviz.org/doc/info/shapes.html#html). */
function boxTable({ title, parts }: Box, line: string): string {
  const cells = parts.map((part) => {
    const { fill, line: around } = PART_COLORS[part];
    return `<td border="1" color="${around}" bgcolor="${fill}">${part}</td>`;
  });
  return [
    `<table border="1" color="${line}" bgcolor="white" style="rounded" cellborder="0" cellspacing="6" cellpadding="4">`,
    `<tr><td colspan="${parts.length}"><b>${title}</b></td></tr>`,
    `<tr>${cells.join('')}</tr>`,
    '</table>',
  ].join('');
}

/** An arrow's label is a node between its ends, so that no line goes through it and no other label lies upon it. */
function labelLine(arrow: Arrow): string {
  const text = `<table border="0"><tr><td>${arrow.label}</td></tr></table>`;
  return `${quoted(labelOf(arrow))} [label=<${text}>, fontsize=10, fontcolor="${FAINT}"]`;
}

/** From group to group by way of the label. */
function arrowLines(arrow: Arrow, groups: readonly Group[]): string[] {
  const middle = (id: string) => quoted(middleOf(groups.find((group) => group.id === id) as Group));
  const label = quoted(labelOf(arrow));
  return [
    `${middle(arrow.from)} -> ${label} [ltail=${quoted(`cluster_${arrow.from}`)}, arrowhead=none, weight=10]`,
    `${label} -> ${middle(arrow.to)} [lhead=${quoted(`cluster_${arrow.to}`)}]`,
  ];
}

function labelOf({ from, to }: Arrow): string {
  return `${from} to ${to}`;
}

/** The box of a group at which its arrows point. */
function middleOf({ boxes }: Group): string {
  return boxes[Math.floor((boxes.length - 1) / 2)]?.id ?? '';
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}
