import { execa } from 'execa';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';

let folder: string;
let snapshots: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  snapshots = join(folder, 'backups/etcd');
  makeTools();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** As etcdctl, which writes beside the file that it was asked for first. */
const SAVE = '[ "$1 $2" = "snapshot save" ] && echo whole > "$3.part"';

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Stand for those of etcd. */
function makeTools(): void {
  program('etcdctl', `${SAVE} && mv "$3.part" "$3"`);
  program('etcdutl', '[ "$1 $2" = "snapshot status" ] && [ "$(cat "$3")" = whole ]');
}

/** What roles/etcd/files/etcd-snapshot leaves in the folder, and how it ends. */
async function snapshot(keep: number) {
  const script = join(ROOT, 'roles/etcd/files/etcd-snapshot');
  const { exitCode, stderr } = await execa('sh', [script, snapshots, String(keep)], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    // A group of processes of its own, which a signal reaches as systemd's reaches all of a unit.
    detached: true,
    reject: false,
  });
  return { exitCode, stderr, files: readdirSync(snapshots).sort() };
}

const own = (time: string) => `etcd-${hostname()}-${time}.db`;
const NEW = expect.stringMatching(new RegExp(`^etcd-${hostname()}-\\d{8}T\\d{6}Z\\.db$`)) as string;

describe('a snapshot', () => {
  it('is a file of root’s alone in a folder of root’s alone', async () => {
    const { exitCode, stderr, files } = await snapshot(5);
    expect([exitCode, stderr, files]).toEqual([0, '', [NEW]]);
    expect(statSync(snapshots).mode & 0o777).toBe(0o700);
    expect(statSync(join(snapshots, files[0] as string)).mode & 0o777).toBe(0o600);
  });

  describe('next to older ones', () => {
    const older = ['20260101T000000Z', '20260102T000000Z', '20260103T000000Z'].map(own);
    const others = ['etcd-elsewhere-20250101T000000Z.db', own('by-hand')];
    beforeEach(() => {
      mkdirSync(snapshots, { recursive: true });
      for (const name of [...older, ...others]) writeFileSync(join(snapshots, name), 'whole\n');
    });

    it('takes the place of the oldest, and of nothing that is not this member’s', async () => {
      const { files } = await snapshot(3);
      expect(files.filter((name) => !others.includes(name))).toEqual([...older.slice(1), NEW]);
      expect(files).toEqual(expect.arrayContaining(others));
    });

    it.each([
      ['was not taken', 'etcdctl', 'echo half > "$3"; exit 1'],
      ['is cut short', 'etcdctl', 'echo half > "$3"'],
    ])('that %s leaves them all, nothing of its own, and fails', async (_name, tool, script) => {
      program(tool, script);
      const { exitCode, files } = await snapshot(1);
      expect(exitCode).toBe(1);
      expect(files).toEqual([...older, ...others].sort());
    });

    describe.each(['KILL', 'TERM'])('that a signal %s ends', (signal) => {
      const end = `kill -${signal} 0; sleep 10`;
      it.each([
        ['while etcdctl writes it', [], 'etcdctl', `echo half > "$3.part"; ${end}`],
        ['when etcdctl has written it', [], 'etcdctl', `${SAVE} && mv "$3.part" "$3"; ${end}`],
        ['while etcdutl checks it', [], 'etcdutl', end],
        ['before it has its name', [], 'mv', `case "$2" in *.db) ${end};; esac; exec /bin/mv "$@"`],
        ['when it has its name', [NEW], 'mv', `/bin/mv "$@"; case "$2" in *.db) ${end};; esac`],
        ['when it is on the disk', [NEW], 'sync', end],
        ['while the oldest is removed', [NEW], 'rm', `case "$1" in *.db) ${end};; esac; exec /bin/rm "$@"`],
      ])('%s leaves all older ones, and is there whole or not at all', async (_when, added, tool, script) => {
        program(tool, script);
        const { exitCode, files } = await snapshot(2);
        expect(exitCode).not.toBe(0);
        const named = files.filter((name) => name.endsWith('.db'));
        for (const name of named) expect(readFileSync(join(snapshots, name), 'utf8'), name).toBe('whole\n');
        expect(named).toEqual(expect.arrayContaining([...older, ...others]));
        expect(named.filter((name) => ![...older, ...others].includes(name))).toEqual(added);

        rmSync(join(folder, tool));
        makeTools();
        const { files: later } = await snapshot(1);
        expect(later.filter((name) => !others.includes(name))).toEqual([NEW]);
        expect(later).toEqual(expect.arrayContaining(others));
      });
    });
  });
});
