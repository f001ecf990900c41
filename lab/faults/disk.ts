import { constants } from 'node:fs';
import { access, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { disksOf, onImage, type Disk } from '../hosts/disks.ts';
import { initOf } from '../hosts/running.ts';
import type { Lab } from '../state.ts';
import { hostsOf, type Host } from './host-named.ts';

/** What fills a disk: a file at its top, so that it is full after a reboot as well. */
const filler = '.lab-filler';

export interface DiskState {
  readonly host: string;
  readonly path: string;
  readonly size: number;
  /** Has it been filled, and not been freed since? What others deleted meanwhile is free nevertheless. */
  readonly filled: boolean;
}

/** The disks of their own that hosts of the lab have. */
export async function diskStates(lab: Lab): Promise<readonly DiskState[]> {
  const states = await Promise.all(
    (await hostsOf(lab)).map(async (host) =>
      Promise.all(
        (await disksOf(lab, host.id)).map(async (disk) => ({
          host: host.name,
          path: disk.path,
          size: disk.size,
          filled: await isFilled(lab, host, disk),
        })),
      ),
    ),
  );
  return states.flat();
}

/**
 * Fills the disk of a host that is on, to its last block: whoever writes there gets ENOSPC. Refuses a path that is on no disk of
 * its own, since that is the machine's disk.
 */
export async function fillDisk(lab: Lab, host: Host, path: string): Promise<void> {
  const disk = await diskAt(lab, host, path);
  const mounted = await whereMounted(lab, host, disk);
  if (mounted === undefined)
    throw new Error(`Host ${host.name} is off: kubehaus-lab fault power-on ${host.name} --name ${lab.name}`);
  const { O_CREAT, O_WRONLY, O_APPEND, O_NOFOLLOW } = constants;
  const file = await open(join(mounted, filler), O_CREAT | O_WRONLY | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    // What the file system kept back for its own administration is free again once all is written.
    while ((await writeUntilFull(file)) > 0) await file.sync();
  } finally {
    await file.close();
  }
}

/** Undoes {@link fillDisk}, whether the host is on or off. */
export async function freeDisk(lab: Lab, host: Host, path: string): Promise<void> {
  const disk = await diskAt(lab, host, path);
  const mounted = await whereMounted(lab, host, disk);
  if (mounted !== undefined) return rm(join(mounted, filler), { force: true });
  const { exitCode, stderr } = await onImage(disk.image, disk.folder, `rm -f "$2/${filler}"`);
  if (exitCode !== 0) throw new Error(`The disk of host ${host.name} at ${path} can't be freed: ${stderr}`);
}

async function isFilled(lab: Lab, host: Host, disk: Disk): Promise<boolean> {
  const mounted = await whereMounted(lab, host, disk);
  if (mounted !== undefined)
    return access(join(mounted, filler)).then(
      () => true,
      () => false,
    );
  const { exitCode, stderr } = await onImage(disk.image, disk.folder, `test -e "$2/${filler}"`);
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`${disk.image} can't be looked into: ${stderr}`);
  return exitCode === 0;
}

/** The bytes that could be written. */
async function writeUntilFull(file: Awaited<ReturnType<typeof open>>): Promise<number> {
  let written = 0;
  // The last blocks are small ones; 1 KiB is ext4's smallest.
  for (const size of [1024 * 1024, 1024]) {
    const zeros = Buffer.alloc(size);
    try {
      for (;;) written += (await file.write(zeros)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  return written;
}

/** The disk that the path lies on. */
async function diskAt(lab: Lab, host: Host, path: string): Promise<Disk> {
  const disks = await disksOf(lab, host.id);
  const found = disks.find((disk) => path === disk.path || path.startsWith(`${disk.path}/`));
  if (found !== undefined) return found;
  throw new Error(
    [
      `${path} of host ${host.name} is on no disk of its own: this machine's would be full.`,
      ...(disks.length > 0 ? [`It has disks at ${disks.map((disk) => disk.path).join(', ')}.`] : []),
      `Give it one while it is off: kubehaus-lab disk ${host.name} ${path} --size 300M --name ${lab.name}`,
    ].join('\n'),
  );
}

/** Where this machine can reach it; undefined while the host is off. */
async function whereMounted(lab: Lab, host: Host, disk: Disk): Promise<string | undefined> {
  const init = await initOf(lab, host.id);
  return init && `/proc/${init.pid}/root${disk.path}`;
}
