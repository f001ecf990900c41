import { execa } from 'execa';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';

let folder: string;
let snapshots: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  snapshots = join(folder, 'backups/etcd');
  program('etcdctl', 'echo data > "$3"');
  program('etcdutl', 'test -s "$3"');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** What roles/etcd/files/etcd-snapshot leaves in the folder, and how it ends. */
async function snapshot(keep: number) {
  const script = join(ROOT, 'roles/etcd/files/etcd-snapshot');
  const { exitCode, stderr } = await execa('sh', [script, snapshots, String(keep)], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
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
      for (const name of [...older, ...others]) writeFileSync(join(snapshots, name), 'data');
    });

    it('takes the place of the oldest, and of nothing that is not this member’s', async () => {
      const { files } = await snapshot(3);
      expect(files.filter((name) => !others.includes(name))).toEqual([...older.slice(1), NEW]);
      expect(files).toEqual(expect.arrayContaining(others));
    });

    it.each([
      ['was not taken', 'etcdctl', 'echo half > "$3"; exit 1'],
      ['is no good', 'etcdutl', 'exit 1'],
    ])('that %s leaves them all, nothing of its own, and fails', async (_name, tool, script) => {
      program(tool, script);
      const { exitCode, files } = await snapshot(1);
      expect(exitCode).toBe(1);
      expect(files).toEqual([...older, ...others].sort());
    });
  });
});
