import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { hostProcesses, isInit } from '../hosts/running.ts';
import { markOf, parseStat, pause, signal, type ProcessMark } from '../processes.ts';
import type { Lab } from '../state.ts';
import { hostsOf, type Host } from './host-named.ts';

/** A process on a host, its pods included; never the host's init, without which there is no host. */
export interface HostProcess extends ProcessMark {
  /** As `ps` shows it, at most 15 characters of it. */
  readonly name: string;
  /** Its pid on this machine, as `pid` is. */
  readonly parent: number;
  /** Every name that it goes by: its own, that of its program, that which it was called by. */
  readonly names: readonly string[];
  /** Its control groups, as lines of proc_pid_cgroup(5). */
  readonly groups: string;
  /** The letter of proc_pid_stat(5): T is stopped. */
  readonly state: string;
}

/**
 * Kills (SIGKILL) what runs on the host now by exactly that name, or in that unit when the name is a unit's (`kubelet.service`).
 * What systemd or the kubelet does then is theirs. Fails when there is no such process, and says which there are.
 */
export async function stop(lab: Lab, host: Host, name: string): Promise<readonly HostProcess[]> {
  const found = await wanted(lab, host, name);
  await Promise.all(found.map((process) => signal(process, 'SIGKILL')));
  return found;
}

/** Freezes (SIGSTOP) it, with those that it starts meanwhile: it answers nothing more, and keeps all that it has open. */
export async function freeze(lab: Lab, host: Host, name: string): Promise<readonly HostProcess[]> {
  const found = await wanted(lab, host, name);
  const deadline = Date.now() + 10_000;
  for (let left = found; left.length > 0; left = await awake(lab, host, name)) {
    if (Date.now() > deadline) throw new Error(`${name} on host ${host.name} does not stop: ${pidsOf(left)}`);
    await Promise.all(left.map((process) => signal(process, 'SIGSTOP')));
    await pause(20);
  }
  return found;
}

/** Lets what is frozen go on (SIGCONT): that of a name, or all. Returns what was frozen. */
export async function thaw(lab: Lab, host: Host, name?: string): Promise<readonly HostProcess[]> {
  const found = (await processesOf(lab, host)).filter(
    (process) => process.state === 'T' && (name === undefined || isCalled(process, name)),
  );
  await Promise.all(found.map((process) => signal(process, 'SIGCONT')));
  return found;
}

/** All processes on hosts that are frozen now. The kernel alone keeps them: one that has ended is no more. */
export async function frozen(lab: Lab): Promise<readonly (HostProcess & { readonly host: string })[]> {
  const found = await Promise.all(
    (await hostsOf(lab)).map(async (host) =>
      (await processesOf(lab, host)).map((process) => ({ ...process, host: host.name })),
    ),
  );
  return found.flat().filter(({ state }) => state === 'T');
}

/** All processes on a host; none when it is off. */
export async function processesOf(lab: Lab, host: Host): Promise<readonly HostProcess[]> {
  const found = await Promise.all((await hostProcesses(lab, host.id)).map(readProcess));
  return found.flatMap((process) => process ?? []);
}

/** Is that the process's name, or its unit's? */
export function isCalled({ names, groups }: Pick<HostProcess, 'names' | 'groups'>, name: string): boolean {
  return /\.(service|scope|slice|socket)$/.test(name)
    ? groups.split('\n').some((line) => line.split('/').includes(name))
    : names.includes(name);
}

async function wanted(lab: Lab, host: Host, name: string): Promise<readonly HostProcess[]> {
  const all = await processesOf(lab, host);
  const found = all.filter((process) => isCalled(process, name));
  if (found.length > 0) return found;
  const there = [...new Set(all.map((process) => process.name))].sort().join(', ');
  throw new Error(
    all.length === 0
      ? `Host ${host.name} is off: nothing runs there.`
      : `No process and no unit ${name} runs on host ${host.name}. There are: ${there}.`,
  );
}

async function awake(lab: Lab, host: Host, name: string): Promise<readonly HostProcess[]> {
  return (await processesOf(lab, host)).filter((process) => process.state !== 'T' && isCalled(process, name));
}

/**
 * Undefined for what ended meanwhile, and for what is not the host's own: its init, systemd-nspawn, its keeper. The mark is taken
 * first: should the pid go to another process while we read, a signal to the mark reaches nobody.
 */
async function readProcess(pid: number): Promise<HostProcess | undefined> {
  const mark = await markOf(pid);
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [status, stat, commandLine, groups, program] = await Promise.all([
    read('status'),
    read('stat'),
    read('cmdline'),
    read('cgroup'),
    readlink(`/proc/${pid}/exe`).catch(() => ''),
  ]);
  if (mark === undefined || !isInside(status) || isInit(status)) return undefined;
  const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';
  return {
    ...mark,
    name,
    parent: Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]),
    names: [name, basename(program), basename(commandLine.split('\0')[0] ?? '')],
    groups,
    state: parseStat(stat).state,
  };
}

/** Does it have a pid in a namespace below ours as well? */
function isInside(status: string): boolean {
  return (/^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? []).length > 1;
}

function pidsOf(processes: readonly HostProcess[]): string {
  return processes.map(({ name, pid }) => `${name} (${pid})`).join(', ');
}
