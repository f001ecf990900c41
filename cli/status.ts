import type { Command } from 'commander';
import { unhealthy } from '../drive/errors.ts';
import { readStatus, type ClusterStatus, type NodeStatus } from '../drive/status.ts';
import { folderOf } from './cluster-option.ts';
import { age } from './duration.ts';
import { identityFileOf, withSshKey, type SshKeyOption } from './ssh-options.ts';
import { style } from './style.ts';
import { table } from './table.ts';

export function addStatus(program: Command): void {
  withSshKey(program.command('status'))
    .description(
      'health of every node: SSH, systemd units, etcd, Kubernetes; exit code 9 when something is wrong',
    )
    .option('--json', 'as JSON, for scripts')
    .action(async (flags: SshKeyOption & { json?: boolean }, command: Command) => {
      const status = await readStatus(folderOf(command), identityFileOf(flags));
      process.stdout.write(
        flags.json ? `${JSON.stringify(status, undefined, 2)}\n` : `${describe(status)}\n`,
      );
      if (!status.healthy) throw unhealthy(status.findings);
    });
}

function describe({ cluster, level, nodes, healthy }: ClusterStatus): string {
  return [
    `Cluster ${cluster}, level ${level}: ${healthy ? style('green', 'healthy') : style('red', 'not healthy')}`,
    '',
    table(
      [
        'node',
        'role',
        'mesh address',
        'public address',
        'ssh',
        'units',
        'etcd',
        'snapshot',
        'ready',
        'kubelet',
      ],
      nodes.map((node) => [
        node.name,
        node.role,
        node.address,
        node.publicAddress,
        node.ssh === 'ok' ? style('green', 'ok') : style('red', 'no'),
        unitsInWords(node),
        node.etcd === undefined ? '-' : good(node.etcd, 'healthy'),
        snapshotInWords(node),
        node.ready === undefined ? '-' : good(node.ready, 'True'),
        node.kubeletVersion ?? '-',
      ]),
    ),
  ].join('\n');
}

/** `6 active`, or that they are not; which ones is told below the table. */
function unitsInWords({ units }: NodeStatus): string {
  const all = Object.entries(units);
  if (all.length === 0) return '-';
  const bad = all.filter(([, state]) => state !== 'active');
  return bad.length === 0
    ? style('green', `${all.length} active`)
    : style(
        'red',
        bad.length === 1
          ? `${bad[0]?.[0].replace(/\.service$/, '')} ${bad[0]?.[1]}`
          : `${bad.length} of ${all.length} not active`,
      );
}

/** How old the newest snapshot of etcd is. */
function snapshotInWords({ snapshots }: NodeStatus): string {
  if (snapshots === undefined) return '-';
  if (snapshots.failed) return style('red', 'failed');
  return snapshots.newest === undefined ? 'none yet' : age(Date.now() - Date.parse(snapshots.newest));
}

/** A cell that is green when it says what it should; what went wrong is told below the table, at length. */
function good(text: string, wanted: string): string {
  return text === wanted ? style('green', text) : style('red', text.split(':')[0] ?? text);
}
