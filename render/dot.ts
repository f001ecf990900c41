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

/** From left to right, as requests go. */
const RANKS: readonly Group['role'][] = ['worker', 'control-plane', 'etcd'];

/** A drawing in Graphviz's language (https://graphviz.org/doc/info/lang.html). */
export function dot({ mesh, groups, arrows }: Drawing): string {
  return [
    'digraph cluster {',
    // With `compound`, arrows end at a group's frame and not at a node in it.
    '  graph [rankdir=LR, compound=true, fontname="Helvetica,Arial,sans-serif", fontsize=12, nodesep=0.2, ranksep=2.2, pad=0.2, bgcolor=white]',
    `  node [shape=plain, fontname="Helvetica,Arial,sans-serif", fontsize=11, fontcolor="${TEXT}"]`,
    `  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, color="${FAINT}", fontcolor="${FAINT}", arrowsize=0.7]`,
    '  subgraph cluster_mesh {',
    `    graph [label=${quoted(mesh.title)}, style="rounded,dashed", color="${FAINT}", fontcolor="${FAINT}", margin=18]`,
    // Graphviz puts what comes first at the bottom when it draws from left to right.
    ...[...groups].reverse().flatMap((group) => groupLines(group).map((line) => `    ${line}`)),
    '  }',
    ...ranks(groups).map((line) => `  ${line}`),
    ...arrows.map((arrow) => `  ${arrowLine(arrow, groups)}`),
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
    return `<td border="1" color="${around}" bgcolor="${fill}">${padded(part)}</td>`;
  });
  return [
    `<table border="1" color="${line}" bgcolor="white" style="rounded" cellborder="0" cellspacing="4" cellpadding="4">`,
    `<tr><td colspan="${parts.length}"><b>${padded(title)}</b></td></tr>`,
    `<tr>${cells.join('')}</tr>`,
    '</table>',
  ].join('');
}

/** Groups of the same role stand below each other, roles beside each other, with arrows between them or without. */
function ranks(groups: readonly Group[]): string[] {
  const heads = RANKS.map((role) => groups.filter((group) => group.role === role).map(middleOf));
  return heads.flatMap((left, index) =>
    left.flatMap((from) =>
      (heads[index + 1] ?? []).map((to) => `${quoted(from)} -> ${quoted(to)} [style=invis]`),
    ),
  );
}

function arrowLine({ from, to, label }: Arrow, groups: readonly Group[]): string {
  const [tail, head] = [from, to].map((id) => groups.find((group) => group.id === id) as Group) as [
    Group,
    Group,
  ];
  return `${quoted(middleOf(tail))} -> ${quoted(middleOf(head))} [ltail=${quoted(`cluster_${from}`)}, lhead=${quoted(`cluster_${to}`)}, label=${quoted(label)}]`;
}

/** The box of a group at which its arrows point. */
function middleOf({ boxes }: Group): string {
  return boxes[Math.floor((boxes.length - 1) / 2)]?.id ?? '';
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** With room at both ends: the fonts of the machine that shows the SVG may be wider than those that Graphviz counts with. */
function padded(text: string): string {
  return `&#160;&#160;${text}&#160;&#160;`;
}
