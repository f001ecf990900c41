import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { topGroups } from './hosts/cgroups.ts';
import { filesOfLoopDevices } from './hosts/disks.ts';
import { hostExists, removeHost } from './hosts/host-folder.ts';
import { clearRemains } from './hosts/power.ts';
import { running } from './hosts/running.ts';
import { removeLabFolder } from './machine-settings.ts';
import { controlNamespace, hostIdIn } from './names.ts';
import { namespaces, removeNamespace } from './network/namespaces.ts';
import { privateNamespaces } from './network/private-networks.ts';
import { killAll, ownLine, processesInNetwork } from './processes.ts';
import type { Lab } from './state.ts';

/**
 * Clears what a lab of this name that was cut off has left (by a restart of the machine, or by a command that was killed):
 * network namespaces, cgroups and mounts of hosts that do not run, and hosts that were half made. Hosts that run stay as they
 * are, and so do the disks of those that do not.
 */
export async function clearLeftovers(lab: Lab): Promise<void> {
  for (const id of await tracesOfHosts(lab)) {
    if (!hostExists(lab, id)) {
      await clearRemains(lab, id);
      await removeHost(lab, id);
    } else if (!(await running(lab, id))) {
      await clearRemains(lab, id);
    }
  }
  await unmountBelow(lab.folder);
}

/**
 * Removes the lab with all that it has, however much of it there is. Ends every process whose network is the lab's, but for
 * those that this one was started by. The last lab gives the machine its settings back.
 */
export async function removeLab(lab: Lab): Promise<void> {
  const control = controlNamespace(lab.name);
  const own = await ownLine();
  await killAll(async () => (await processesInNetwork(control)).filter((pid) => !own.includes(pid)));
  for (const id of await tracesOfHosts(lab)) await clearRemains(lab, id);
  for (const name of await privateNamespaces(lab)) await removeNamespace(name);
  await removeNamespace(control);
  await unmountBelow(lab.folder);
  await removeLabFolder(lab);
}

/** What is left of the lab; nothing after {@link removeLab}. For people to read, and for tests. */
export async function traces(lab: Lab): Promise<readonly string[]> {
  const control = controlNamespace(lab.name);
  const ours = (name: string): boolean => name === control || hostIdIn(lab.name, name) !== undefined;
  return [
    ...(await processesInNetwork(control)).map((pid) => `process ${pid}`),
    ...[...(await namespaces()).filter(ours), ...(await privateNamespaces(lab))].map(
      (name) => `network namespace ${name}`,
    ),
    ...(await topGroups()).filter(ours).map((name) => `cgroup ${name}`),
    ...(await mountsBelow(lab.folder)).map((path) => `mount ${path}`),
    ...(await filesOfLoopDevices())
      .filter((path) => path.startsWith(`${lab.folder}/`))
      .map((path) => `loop device of ${path}`),
    ...(existsSync(lab.folder) ? [`folder ${lab.folder}`] : []),
  ];
}

/** The ids of all hosts of which anything is left. */
async function tracesOfHosts(lab: Lab): Promise<readonly number[]> {
  const folder = join(lab.folder, 'hosts');
  const named = [...(await namespaces()), ...(await topGroups())].map((name) => hostIdIn(lab.name, name));
  const folders = existsSync(folder) ? (await readdir(folder)).map(Number) : [];
  return [...new Set([...named, ...folders])].filter((id) => id !== undefined);
}

async function unmountBelow(folder: string): Promise<void> {
  for (const path of (await mountsBelow(folder)).toReversed()) await execa('umount', ['--lazy', path]);
}

/** In the order in which they were mounted. Hosts' own mounts are seen by hosts alone. */
async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
  return mounts.filter((path) => path.startsWith(`${folder}/`));
}

/** The mount points in proc_pid_mountinfo(5): the fifth field, in which blanks and backslashes are written in octal. */
export function parseMounts(mountinfo: string): readonly string[] {
  const lines = mountinfo.split('\n').filter(Boolean);
  return lines.map((line) =>
    (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    ),
  );
}
