import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { commandLinesIn, complaintAbout } from './documented-commands.ts';

const page = await readFile(new URL('../../docs/from-hetzner-kube.md', import.meta.url), 'utf8');

/**
 * hetzner-kube's commands and their flags
 * (https://github.com/xetys/hetzner-kube/tree/a9402edb4ef382d6acd7440546adde01277735a0/cmd).
 */
const hetznerKube: Readonly<Record<string, readonly string[]>> = {
  'cluster create': [
    '--name',
    '--ssh-key',
    '--master-server-type',
    '--worker-server-type',
    '--ha-enabled',
    '--isolated-etcd',
    '--master-count',
    '--etcd-count',
    '--worker-count',
    '--cloud-init',
    '--node-cidr',
    '--datacenters',
  ],
  'cluster delete': [],
  'cluster list': [],
  'cluster kubeconfig': ['--name', '--print', '--backup', '--force'],
  'cluster master-ip': [],
  'cluster add-worker': ['--name', '--worker-server-type', '--nodes', '--datacenters', '--cloud-init'],
  'cluster remove-worker': ['--name', '--worker'],
  'cluster add-external-worker': ['--name', '--ip'],
  'cluster remove-external-worker': ['--name', '--ip'],
  'cluster addon list': [],
  'cluster addon install': ['--name'],
  'cluster addon uninstall': ['--name'],
  'cluster etcd backup': ['--snapshot-name'],
  'cluster etcd restore': ['--snapshot-name', '--skip-distribution'],
  'cluster phase provision': [],
  'cluster phase network-setup': [],
  'cluster phase etcd': ['--keep-data'],
  'cluster phase install-masters': ['--keep-ca', '--keep-all-certs'],
  'cluster phase setup-ha': [],
  'cluster phase install-workers': [],
  'cluster phase restart': [],
  'context add': ['--token'],
  'context current': [],
  'context use': [],
  'context list': [],
  'context delete': [],
  'ssh-key add': ['--name', '--public-key-path', '--private-key-path'],
  'ssh-key list': [],
  'ssh-key delete': ['--name'],
  completion: [],
  version: [],
};

/** First cells of the page's tables. */
const cells = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|')[1] ?? '');

describe('docs/from-hetzner-kube.md', () => {
  it('promises no command and no flag that kubehaus does not have', () => {
    const commandLines = commandLinesIn(page);
    expect(commandLines.length).toBeGreaterThan(20);
    expect(commandLines.map(complaintAbout).filter((complaint) => complaint !== undefined)).toEqual([]);
  });

  it.each(Object.entries(hetznerKube))('tells what became of %s and its flags', (command, flags) => {
    const own = cells.filter((cell) => new RegExp(`\`${command}( |\`)`).test(cell)).join(' ');
    expect(own, command).not.toBe('');
    const flagCells = command === 'cluster create' ? cells.join(' ') : own;
    for (const flag of flags) expect(flagCells).toMatch(new RegExp(`${flag}[ \`]`));
  });

  it('tells what became of the flags of all commands', () => {
    for (const flag of ['--config', '--debug']) expect(cells.join(' ')).toContain(`\`${flag}\``);
  });
});

describe('the check of documented commands', () => {
  it.each([
    ['kubehaus upgrade', 'there is no command upgrade'],
    ['kubehaus destroy --force', 'destroy has no --force'],
    ['kubehaus plan prod', 'plan takes no argument prod'],
  ])('complains about %s', (commandLine, words) => {
    expect(complaintAbout(commandLine)).toContain(words);
  });

  it('reads code blocks, tables and sentences, and what is chained there', () => {
    const markdown = [
      '```sh',
      'kubehaus up   # makes it',
      'cd x && kubehaus plan',
      '```',
      '| a | `kubehaus ssh <node>` |',
    ].join('\n');
    expect(commandLinesIn(markdown)).toEqual(['kubehaus up', 'kubehaus plan', 'kubehaus ssh <node>']);
  });
});
