import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from './builds/lock.ts';
import { note } from './builds/progress.ts';
import type { Lab } from './state.ts';

/**
 * Kernel settings which belong to no namespace: what a host sets, it sets for the whole machine. Those of the kubelet
 * (pkg/kubelet/cm, setupKernelTunables), of Debian's /usr/lib/sysctl.d, and of what prepares a machine for Kubernetes.
 */
const machineWide = [
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'fs.protected_fifos',
  'fs.protected_hardlinks',
  'fs.protected_regular',
  'fs.protected_symlinks',
  'kernel.keys.root_maxbytes',
  'kernel.keys.root_maxkeys',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.pid_max',
  'vm.overcommit_memory',
  'vm.panic_on_oom',
];

/** All hosts are root on one kernel; a dozen of them would use up the 128 that are usual. */
const needed: Readonly<Record<string, number>> = { 'fs.inotify.max_user_instances': 8192 };

/**
 * Makes the lab's folder, notes the machine-wide settings if it is the first lab, before anything changes them, and raises those
 * that labs need.
 */
export async function makeLabFolder(lab: Lab): Promise<void> {
  await withMachineSettings(lab, async () => {
    const file = noted(lab);
    await mkdir(lab.folder, { recursive: true });
    if (!existsSync(file)) {
      const entries = await Promise.all(machineWide.map(async (name) => [name, await read(name)] as const));
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(entries), undefined, 2));
      await rename(`${file}.new`, file);
    }
    for (const [name, value] of Object.entries(needed)) {
      if (Number(await read(name)) < value) await writeFile(path(name), String(value));
    }
  });
}

/** Removes the lab's folder and, if it was the last lab, puts the machine-wide settings back as they were. */
export async function removeLabFolder(lab: Lab): Promise<void> {
  await withMachineSettings(lab, async () => {
    await rm(lab.folder, { recursive: true, force: true });
    const file = noted(lab);
    if (!existsSync(file)) return;
    const entries = await readdir(dirname(file), { withFileTypes: true });
    if (entries.some((entry) => entry.isDirectory())) return;
    const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, string | undefined>;
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined && (await read(name)) !== value) await writeFile(path(name), value);
    }
    await rm(file);
    await rmdir(dirname(file));
  });
}

/** Labs come and go at the same time, and the settings are one for all of them: one lab at a time sees to them. */
async function withMachineSettings(lab: Lab, work: () => Promise<void>): Promise<void> {
  // No lab's name begins with a dot.
  const lock = join(lab.cache, 'locks', '.machine-settings');
  await mkdir(dirname(lock), { recursive: true });
  await withLock(lock, () => note("waiting for another lab to see to the machine's settings"), work);
}

function noted(lab: Lab): string {
  return join(dirname(lab.folder), 'machine-settings.json');
}

function path(name: string): string {
  return join('/proc/sys', ...name.split('.'));
}

/** Undefined for a setting that this kernel does not have. */
async function read(name: string): Promise<string | undefined> {
  return existsSync(path(name)) ? (await readFile(path(name), 'utf8')).trim() : undefined;
}
