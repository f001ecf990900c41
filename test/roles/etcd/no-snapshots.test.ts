import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';

const VENV = join(ROOT, '.venv/bin');
const PROGRAM = 'usr/local/lib/kubehaus/etcd-snapshot';
const SERVICE = 'etc/systemd/system/etcd-snapshot.service';
const TIMER = 'etc/systemd/system/etcd-snapshot.timer';

let host: string;
beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  for (const folder of ['usr/local/lib/kubehaus', 'etc/systemd/system', 'bin'])
    mkdirSync(join(host, folder), { recursive: true });
  for (const file of [PROGRAM, SERVICE, TIMER]) writeFileSync(join(host, file), '');
});
afterEach(() => {
  rmSync(host, { recursive: true });
});

const left = () => [PROGRAM, SERVICE, TIMER].filter((file) => existsSync(join(host, file)));
const calls = () => readFileSync(join(host, 'bin/calls'), 'utf8').trim().split('\n');

/** Runs the role's tasks here, on a host in a folder, whose systemd runs the timer and answers `reset-failed` as told. */
async function takeNoMore(resetFailed: string) {
  const systemctl = `#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
case "$1" in
  reset-failed) ${resetFailed} ;;
  show) echo LoadState=loaded; echo ActiveState=active ;;
esac
`;
  writeFileSync(join(host, 'bin/systemctl'), systemctl, { mode: 0o755 });
  const tasks = readFileSync(join(ROOT, 'roles/etcd/tasks/no-snapshots.yml'), 'utf8');
  writeFileSync(join(host, 'tasks.yml'), tasks.replaceAll(/(?<= )\/(?=(etc|usr)\/)/g, `${host}/`));
  const play = [
    {
      hosts: 'all',
      connection: 'local',
      gather_facts: false,
      vars: { ansible_python_interpreter: '{{ ansible_playbook_python }}' },
      tasks: [{ 'ansible.builtin.import_tasks': 'tasks.yml' }],
    },
  ];
  writeFileSync(join(host, 'play.yml'), stringify(play));
  return execa('ansible-playbook', ['-i', 'host,', 'play.yml'], {
    cwd: host,
    env: { PATH: `${join(host, 'bin')}:${VENV}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
    reject: false,
    all: true,
  });
}

describe('snapshots that are switched off', () => {
  it.each([
    ['failed the last time', 'exit 0'],
    [
      'is not loaded any more',
      'echo "Failed to reset failed state of unit $2: Unit $2 not loaded." >&2; exit 1',
    ],
  ])('leave nothing of them when the service %s', async (_name, resetFailed) => {
    const { exitCode, all } = await takeNoMore(resetFailed);
    expect(exitCode, all).toBe(0);
    expect(left()).toEqual([]);
    expect(calls()).toEqual(
      expect.arrayContaining(['stop etcd-snapshot.timer', 'disable etcd-snapshot.timer', 'daemon-reload']),
    );
  });

  it('end the run with systemd’s words when it refuses, and the next run finds all there', async () => {
    const { exitCode, all } = await takeNoMore('echo "Failed to connect to bus" >&2; exit 1');
    expect(exitCode).toBe(2);
    expect(all).toContain('Failed to connect to bus');
    expect(left()).toEqual([PROGRAM, SERVICE, TIMER]);
  });
});
