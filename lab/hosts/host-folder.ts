import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lab } from '../state.ts';
import type { MachineSpec } from './machines.ts';
import { seed, seedFolder } from './seed.ts';

/** What a lab keeps of a host beside its disk. */
export interface HostRecord extends MachineSpec {
  /** The root folder of the image below the host's disk; the disk is of no use with another one. */
  readonly image: string;
}

/**
 * A host's folder:
 *   host.json       its {@link HostRecord}
 *   power           "on" or "off": what it shall be when the lab comes up again
 *   console.log     what its console said, from its first boot on
 *   disk/root       what differs from the image (overlayfs); disk/work is overlayfs's own
 *   disk/<other>    folders which are bound into the host; see keep-host.sh
 *   disk/<other>.img    a file system that stands for that folder; see disks.ts
 *   mount           where the host's processes have the disk mounted; for all others it is empty
 */
export function hostFolder(lab: Lab, id: number): string {
  return join(hostsFolder(lab), String(id));
}

/** The folders of a host, below its /var/lib, that lie on the real disk: no overlay, and each can be given a disk of its own. */
export const boundFolders = ['containerd', 'kubelet', 'kubehaus-etcd', 'kubehaus'];

const diskFolders = ['root', 'work', ...boundFolders];

function hostsFolder(lab: Lab): string {
  return join(lab.folder, 'hosts');
}

/** The ids of all hosts of the lab, ascending; running or not. */
export async function hostIds(lab: Lab): Promise<readonly number[]> {
  if (!existsSync(hostsFolder(lab))) return [];
  const names = await readdir(hostsFolder(lab));
  return names
    .filter((name) => existsSync(join(hostsFolder(lab), name, 'host.json')))
    .map(Number)
    .sort((a, b) => a - b);
}

export function hostExists(lab: Lab, id: number): boolean {
  return existsSync(join(hostFolder(lab, id), 'host.json'));
}

/** Throws when there is no such host. */
export async function readHost(lab: Lab, id: number): Promise<HostRecord> {
  if (!hostExists(lab, id)) throw new Error(`Lab "${lab.name}" has no host ${id}.`);
  return JSON.parse(await readFile(join(hostFolder(lab, id), 'host.json'), 'utf8')) as HostRecord;
}

/** Makes a fresh disk, with the seed for cloud-init, and then the record: a folder without one is no host. */
export async function writeHost(lab: Lab, host: HostRecord): Promise<void> {
  const folder = hostFolder(lab, host.id);
  await removeHost(lab, host.id);
  for (const name of diskFolders) await mkdir(join(folder, 'disk', name), { recursive: true });
  await mkdir(join(folder, 'mount'));
  for (const [name, content] of Object.entries(seed(host))) {
    await writeNew(join(folder, 'disk/root', seedFolder, name), content);
  }
  await writeFile(join(folder, 'host.json'), JSON.stringify(host, undefined, 2));
}

/** The record goes first, so that a removal which is cut off leaves no half host. */
export async function removeHost(lab: Lab, id: number): Promise<void> {
  await rm(join(hostFolder(lab, id), 'host.json'), { force: true });
  await rm(hostFolder(lab, id), { recursive: true, force: true });
}

export async function setPower(lab: Lab, id: number, power: 'on' | 'off'): Promise<void> {
  await writeFile(join(hostFolder(lab, id), 'power'), `${power}\n`);
}

/** Shall the host be on? A host that powered itself off shall not; one whose lab was cut off shall. */
export async function shallBeOn(lab: Lab, id: number): Promise<boolean> {
  const power = await readFile(join(hostFolder(lab, id), 'power'), 'utf8').catch(() => 'off');
  return power.trim() === 'on';
}

/** The seed may hold secrets of the user: for root alone, as cloud-init keeps its own copy. */
async function writeNew(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode: 0o600 });
}
