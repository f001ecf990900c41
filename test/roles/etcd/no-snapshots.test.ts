import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';

const VENV = join(ROOT, '.venv/bin');
const PROGRAM = 'usr/local/lib/kubehaus/etcd-snapshot';
const SERVICE = 'etc/systemd/system/etcd-snapshot.service';
const TIMER = 'etc/systemd/system/etcd-snapshot.timer';

type Task = Readonly<Record<string, unknown>> & { readonly name: string; readonly loop?: readonly string[] };
const [look, { block, ...takeNoMore }] = parse(
  readFileSync(join(ROOT, 'roles/etcd/tasks/no-snapshots.yml'), 'utf8'),
) as [Task, Task & { readonly block: readonly Task[] }];
/** What the role does on a host that took snapshots, one after the other. */
const STEPS = block.flatMap(({ loop, ...task }) => loop?.map((item) => ({ ...task, loop: [item] })) ?? [task]);

let host: string;
beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  for (const folder of ['usr/local/lib/kubehaus', 'etc/systemd/system', 'bin'])
    mkdirSync(join(host, folder), { recursive: true });
  for (const file of [PROGRAM, SERVICE, TIMER]) writeFileSync(join(host, file), '');
  for (const list of ['loaded', 'failed']) writeFileSync(join(host, list), 'etcd-snapshot.service\n');
  for (const list of ['loaded', 'enabled', 'active'])
    appendFileSync(join(host, list), 'etcd-snapshot.timer\n');
});
afterEach(() => {
  rmSync(host, { recursive: true });
});

const left = () => [PROGRAM, SERVICE, TIMER].filter((file) => existsSync(join(host, file)));
/** What systemd holds of units: which it has loaded, and which of them failed, start at boot or run. */
const held = () =>
  ['loaded', 'failed', 'enabled', 'active'].map((list) => readFileSync(join(host, list), 'utf8')).join('');

/**
 * Stands for a systemd that keeps what it has loaded until it is told to look at the files again, and knows no unit that it has
 * not loaded.
 */
const SYSTEMCTL = `#!/bin/sh
cd "$(dirname "$0")/.."
is() { grep --quiet --line-regexp "$2" "$1"; }
forget() { sed --in-place "/^$2$/d" "$1"; }
case "$1" in
  show) if is loaded "$2"; then echo LoadState=loaded; else echo LoadState=not-found; fi
    if is active "$2"; then echo ActiveState=active; else echo ActiveState=inactive; fi ;;
  is-enabled) is enabled "$2" ;;
  stop) forget active "$2" ;;
  disable) forget enabled "$2" ;;
  reset-failed) is loaded "$2" || { echo "Failed to reset failed state of unit $2: Unit $2 not loaded." >&2; exit 1; }
    forget failed "$2" ;;
  daemon-reload) ls etc/systemd/system > loaded ;;
esac
`;

/** Runs so many steps of the role's tasks here, on a host in a folder; all of them, unless it is cut off. */
async function run(steps = STEPS.length, systemctl = SYSTEMCTL) {
  writeFileSync(join(host, 'bin/systemctl'), systemctl, { mode: 0o755 });
  const play = [
    {
      hosts: 'all',
      connection: 'local',
      gather_facts: false,
      vars: { ansible_python_interpreter: '{{ ansible_playbook_python }}' },
      tasks: [look, { ...takeNoMore, block: STEPS.slice(0, steps) }],
    },
  ];
  const onHost = stringify(play).replaceAll(/(?<= )\/(?=(etc|usr)\/)/g, `${host}/`);
  writeFileSync(join(host, 'play.yml'), onHost);
  return execa('ansible-playbook', ['-i', 'host,', 'play.yml'], {
    cwd: host,
    env: { PATH: `${join(host, 'bin')}:${VENV}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
    reject: false,
    all: true,
  });
}

describe('snapshots that are switched off', () => {
  it('leave nothing of them, neither on the disk nor in systemd', async () => {
    const { exitCode, all } = await run();
    expect(exitCode, all).toBe(0);
    expect([left(), held()]).toEqual([[], '']);
  });

  it.each(STEPS.map(({ name }, done) => ({ name, done })).slice(1))(
    'leave nothing of them after a rerun when the first was cut off after $done steps, before $name',
    async ({ done }) => {
      const cut = await run(done);
      expect(cut.exitCode, cut.all).toBe(0);
      const { exitCode, all } = await run();
      expect(exitCode, all).toBe(0);
      expect([left(), held()]).toEqual([[], '']);
    },
  );

  it('end the run with systemd’s words when it refuses, and the next run finds all there', async () => {
    const { exitCode, all } = await run(STEPS.length, '#!/bin/sh\necho "Failed to connect to bus" >&2; exit 1\n');
    expect(exitCode).toBe(2);
    expect(all).toContain('Failed to connect to bus');
    expect(left()).toEqual([PROGRAM, SERVICE, TIMER]);
  });
});
