import { link, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Run } from './logged-command.ts';

/** A file that goes into an archive: `from` on this disk, `to` in the archive. */
export interface Member {
  readonly from: string;
  readonly to: string;
}

/**
 * Writes a tar archive in which nothing but names and contents counts: the same members give the same bytes, whoever packs them
 * and when. `top` is what the archive's first entry is called, `.` for one whose names begin with `./`.
 */
export async function writeTar(
  archive: string,
  top: string,
  members: readonly Member[],
  run: Run,
): Promise<void> {
  const stage = `${archive}.stage`;
  for (const { from, to } of members) {
    await mkdir(dirname(join(stage, to)), { recursive: true });
    await link(from, join(stage, to));
  }
  const sameForAll = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
  ];
  await run('tar', [
    '--create',
    '--format=gnu',
    ...sameForAll,
    `--file=${archive}`,
    `--directory=${stage}`,
    top,
  ]);
  await rm(stage, { recursive: true });
}

/** Compresses `archive` in place to `archive.gz`, fast rather than small: it never leaves the machine. */
export async function gzip(archive: string, run: Run): Promise<void> {
  await run('gzip', ['-1', '--no-name', archive]);
}
