import { readFile } from 'node:fs/promises';
import { hostName } from '../names.ts';
import { markOf, type ProcessMark } from '../processes.ts';
import type { Lab } from '../state.ts';
import { processesInGroup } from './cgroups.ts';

/** Every process of the host: its own ones, systemd-nspawn and its keeper. None when it is off. */
export function hostProcesses(lab: Lab, id: number): Promise<readonly number[]> {
  return processesInGroup(hostName(lab.name, id));
}

export async function running(lab: Lab, id: number): Promise<boolean> {
  return (await hostProcesses(lab, id)).length > 0;
}

/** The host's init, once it has been started: pid 1 of the pid namespace right below ours. */
export async function initOf(lab: Lab, id: number): Promise<ProcessMark | undefined> {
  for (const pid of await hostProcesses(lab, id)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (isInit(status)) return markOf(pid);
  }
  return undefined;
}

/** Reads it from the line NSpid of /proc/<pid>/status: a process's pid in our namespace, in the one below, and so on. */
export function isInit(status: string): boolean {
  const pids = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
  return pids.length === 2 && pids[1] === '1';
}
