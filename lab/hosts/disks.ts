import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../processes.ts';
import type { Lab } from '../state.ts';
import { boundFolders, hostFolder, readHost } from './host-folder.ts';
import { running } from './running.ts';

/** A file system of its own that a host has at one of its folders: an image file of the lab, which keeps it over reboots. */
export interface Disk {
  /** Where the host has it. */
  readonly path: string;
  /** In bytes, all that it can hold and its own administration. */
  readonly size: number;
  readonly image: string;
  /** The folder beside the image for which it stands. */
  readonly folder: string;
}

/** The folders that can be given a disk. */
export const pathsForDisks = boundFolders.map((name) => `/var/lib/${name}`);

/** The disks of a host. */
export async function disksOf(lab: Lab, id: number): Promise<readonly Disk[]> {
  const disks = pathsForDisks
    .map((path) => ({ path, ...filesOf(lab, id, path) }))
    .filter(({ image }) => existsSync(image));
  return Promise.all(disks.map(async (disk) => ({ ...disk, size: (await stat(disk.image)).size })));
}

/**
 * Gives a host that is off an ext4 file system of so many bytes at a folder, from its next boot on; what is in the folder moves
 * there. Refuses other folders than {@link pathsForDisks}, a host that is on, a second disk, and one that is too small.
 */
export async function giveDisk(lab: Lab, id: number, path: string, size: number): Promise<void> {
  const { name } = await readHost(lab, id);
  if (!pathsForDisks.includes(path)) {
    throw new Error(`${path} can't have a disk of its own: these folders can: ${pathsForDisks.join(', ')}.`);
  }
  if (await running(lab, id)) {
    throw new Error(
      `Host ${name} is on: power it off first (kubehaus-lab fault power-off ${name} --name ${lab.name}).`,
    );
  }
  const { image, folder } = filesOf(lab, id, path);
  if (existsSync(image)) throw new Error(`Host ${name} has a disk at ${path} already.`);
  try {
    await makeImage(image, folder, size);
  } finally {
    await rm(unfinished(image), { force: true });
  }
  await rm(folder, { recursive: true });
  await mkdir(folder);
}

async function makeImage(image: string, folder: string, size: number): Promise<void> {
  await writeFile(unfinished(image), '');
  await truncate(unfinished(image), size);
  // No reserve for root (-m 0), or who fills it would have more of it than who needs it.
  await execa('mkfs.ext4', ['-q', '-m', '0', unfinished(image)]);
  const copied = await onImage(
    unfinished(image),
    `${folder}.new`,
    'rmdir "$2/lost+found"; cp -a "$3/." "$2/"',
    [folder],
  );
  await rm(`${folder}.new`, { recursive: true });
  if (copied.exitCode !== 0)
    throw new Error(`A disk of ${size} bytes can't be made of ${folder}: ${copied.stderr}`);
  await rename(unfinished(image), image);
}

const unfinished = (image: string): string => `${image}.unfinished`;

/**
 * Runs lines of a shell on an image that no host has mounted: `$2` is where it is mounted for them alone, in a mount namespace
 * that ends with them; `$3` and so on are the arguments.
 */
export async function onImage(image: string, folder: string, lines: string, args: readonly string[] = []) {
  await mkdir(folder, { recursive: true });
  const script = `mount -o loop "$1" "$2"\n${lines}`;
  return execa('unshare', ['--mount', 'sh', '-ec', script, 'sh', image, folder, ...args], { reject: false });
}

/** Waits until the kernel has let go of the disks of a host whose processes have ended. */
export async function disksReleased(lab: Lab, id: number): Promise<void> {
  const mine = `${hostFolder(lab, id)}/`;
  const deadline = Date.now() + 10_000;
  for (;;) {
    const held = (await filesOfLoopDevices()).filter((path) => path.startsWith(mine));
    if (held.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Still in use: ${held.join(', ')} (losetup --list)`);
    await pause(20);
  }
}

/** The files of all loop devices of this machine. */
export async function filesOfLoopDevices(): Promise<readonly string[]> {
  const devices = await readdir('/sys/block').catch(() => []);
  const files = await Promise.all(
    devices.map((device) =>
      readFile(join('/sys/block', device, 'loop/backing_file'), 'utf8').catch(() => ''),
    ),
  );
  return files.map((file) => file.trimEnd()).filter(Boolean);
}

function filesOf(lab: Lab, id: number, path: string): { readonly image: string; readonly folder: string } {
  const folder = join(hostFolder(lab, id), 'disk', path.slice('/var/lib/'.length));
  return { image: `${folder}.img`, folder };
}
