import type { PlaybookRun } from '../drive/ansible.ts';
import type { HostPreview } from '../drive/host-preview.ts';
import { count } from '../drive/errors.ts';
import { fewOf } from '../drive/few-of.ts';
import { table } from './table.ts';

/** How many names stand in a cell. */
const SHOWN = 4;

/** Nodes that are new or leave, and what those that stay get compared with what is rendered, or was in the commit `since`. */
export function describeHosts(preview: HostPreview, since?: string): string {
  const { installed, leaving, staying, changes, settled } = preview;
  return [
    ...(installed.length === 0 ? [] : [`To be installed: ${installed.join(', ')}.`]),
    ...(leaving.length === 0 ? [] : [`To leave with their servers: ${leaving.join(', ')}.`]),
    ...(staying.length === 0 ? [] : existing(staying, changes, since)),
    ...settled.map(
      ({ what, nodes }) =>
        `For new servers only: ${what}. These stay as they were made: ${fewOf(nodes, SHOWN)}.`,
    ),
  ].join('\n');
}

function existing(
  staying: readonly string[],
  changes: HostPreview['changes'],
  since: string | undefined,
): string[] {
  const before = since === undefined ? 'what stands in rendered/' : `what stood in rendered/ in ${since}`;
  const nodes = `the ${count(staying.length, 'node')} that ${staying.length === 1 ? 'exists' : 'exist'}`;
  const derived =
    'What was rendered earlier and never carried out is not seen here; `kubehaus plan --check-hosts` asks the hosts themselves.';
  if (changes === undefined)
    return [`Nothing was rendered before, so what is new for ${nodes} is not known. ${derived}`];
  if (changes.length === 0) return [`Compared with ${before}, nothing is new for ${nodes}. ${derived}`];
  return [
    `Compared with ${before}, this is new for ${nodes}:`,
    table(
      ['phase', 'role', 'files and variables', 'nodes'],
      changes.map(({ phase, role, what, nodes: concerned }) => [
        phase,
        role,
        fewOf(what, SHOWN),
        concerned.length === staying.length ? `all ${staying.length}` : fewOf(concerned, SHOWN),
      ]),
    ),
    derived,
  ];
}

/** What `--check` of every task found. */
export function describeCheck({ changes, logFile }: Pick<PlaybookRun, 'changes' | 'logFile'>): string {
  if (changes.length === 0) return 'ansible-playbook --check would change nothing on the nodes that exist.';
  return [
    table(
      ['phase', 'task', 'changes'],
      changes.map(({ phase, task, hosts }) => [phase, task, fewOf(hosts, SHOWN)]),
    ),
    `The difference of every file: ${logFile}`,
  ].join('\n');
}
