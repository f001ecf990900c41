import { readdir, readFile, rmdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { markOf, pause } from '../processes.ts';

const root = '/sys/fs/cgroup';

/** The hierarchies of cgroups on this machine: one with cgroup v2; with v1 one a controller. */
export async function hierarchies(): Promise<readonly string[]> {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'cgroup.procs')))
    .map((entry) => join(root, entry.name));
}

/** The names of all groups at the top of any hierarchy. */
export async function topGroups(): Promise<readonly string[]> {
  const found = await Promise.all((await hierarchies()).map((hierarchy) => foldersIn(hierarchy)));
  return [...new Set(found.flat())];
}

/** All processes in the group and below it, in any hierarchy, that still run. */
export async function processesInGroup(group: string): Promise<readonly number[]> {
  const found = await Promise.all(
    (await hierarchies()).map(async (hierarchy) => {
      const lists = await Promise.all((await groupsBelow(join(hierarchy, group))).map(membersOf));
      return lists.flat();
    }),
  );
  const marks = await Promise.all([...new Set(found.flat())].map(markOf));
  return marks.flatMap((mark) => mark?.pid ?? []);
}

/** Removes the group, and those below it, from all hierarchies. It must be empty; the kernel may take a moment to see that. */
export async function removeGroup(group: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    for (const folder of (await groupsBelow(join(hierarchy, group))).toReversed()) await removeFolder(folder);
  }
}

async function removeFolder(folder: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || Date.now() > deadline) throw error;
    }
    await pause(20);
  }
}

/** The folder and all below it, parents first. */
async function groupsBelow(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const below = await Promise.all((await foldersIn(folder)).map((name) => groupsBelow(join(folder, name))));
  return [folder, ...below.flat()];
}

/** A group may go while it is being looked at. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function membersOf(folder: string): Promise<readonly number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}
