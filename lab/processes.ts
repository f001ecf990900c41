import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';

/** A process, and when it began: a pid alone may have gone to another process since it was noted. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks (100 a second) since the machine's boot: field 22 of proc_pid_stat(5). */
  readonly startedAt: number;
}

/** The mark of a running process; undefined when there is none of that pid, or when it is a zombie. */
export async function markOf(pid: number): Promise<ProcessMark | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : markIn(pid, text);
}

/** {@link markOf}, for who may not be interrupted meanwhile. */
export function markOfSync(pid: number): ProcessMark | undefined {
  try {
    return markIn(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

function markIn(pid: number, text: string): ProcessMark | undefined {
  const { state, startedAt } = parseStat(text);
  return state === 'Z' || state === 'X' ? undefined : { pid, startedAt };
}

/** State and start of a process out of /proc/<pid>/stat; its second field is a name which may hold spaces and brackets. */
export function parseStat(text: string): { readonly state: string; readonly startedAt: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: Number(fields[19]) };
}

/** Does the very process that was marked still run? */
export async function alive(mark: ProcessMark): Promise<boolean> {
  return (await markOf(mark.pid))?.startedAt === mark.startedAt;
}

/** For how many seconds it has run, by the machine's clock since boot. */
export async function age(mark: ProcessMark): Promise<number> {
  const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  return Math.max(0, uptime - mark.startedAt / 100);
}

/** Sends a signal to the very process that was marked, if it still runs. */
export async function signal(mark: ProcessMark, name: NodeJS.Signals | number): Promise<void> {
  if (await alive(mark)) sendSignal(mark.pid, name);
}

/** Asks a process to end, and kills it when it has not ended after `patience` milliseconds. */
export async function end(mark: ProcessMark, patience: number): Promise<void> {
  await signal(mark, 'SIGTERM');
  const deadline = Date.now() + patience;
  while ((await alive(mark)) && Date.now() < deadline) await pause(20);
  await signal(mark, 'SIGKILL');
  while (await alive(mark)) await pause(20);
}

/** Kills all processes that `find` finds, again and again until it finds none (they may fork meanwhile). */
export async function killAll(find: () => Promise<readonly number[]>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await find();
    if (found.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`Processes ${found.join(', ')} do not end, not even by SIGKILL.`);
    for (const pid of found) sendSignal(pid, 'SIGKILL');
    await pause(20);
  }
}

/** All processes whose network is that namespace, out of /run/netns; none when there is no such namespace. */
export async function processesInNetwork(namespace: string): Promise<readonly number[]> {
  const wanted = await stat(`/run/netns/${namespace}`).catch(() => undefined);
  if (wanted === undefined) return [];
  const found = await Promise.all(
    (await pids()).map(async (pid) => {
      const network = await stat(`/proc/${pid}/ns/net`).catch(() => undefined);
      return network?.ino === wanted.ino && network.dev === wanted.dev && (await markOf(pid)) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** This process and those that it was started by. */
export async function ownLine(): Promise<readonly number[]> {
  const line: number[] = [];
  for (let pid = process.pid; pid > 0 && !line.includes(pid);) {
    line.push(pid);
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    pid = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return line;
}

async function pids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

function sendSignal(pid: number, name: NodeJS.Signals | number): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
