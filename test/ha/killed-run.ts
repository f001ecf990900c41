import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../drive/exit-codes.ts';
import { ROOT } from '../render/scenarios.ts';
import type { Ended, LabCluster } from '../e2e/lab-cluster.ts';
import { eventually } from '../e2e/waiting.ts';

/** The tasks that `kubehaus up` goes through on a new cluster of level 3, a few more or less: where it may be killed. */
export const TASKS_OF_UP = 75;
/** The same where nothing is left to do. */
export const TASKS_OF_UP_AGAIN = 50;

/** A line of `kubehaus up` that ends a task, as drive/ansible-progress.ts writes it. */
const TASK = /^\[[a-z-]+\] .+ \(\d+\.\d s\)$/;

/** A moment in a run: when so many tasks have ended, and so many milliseconds after that. */
export interface Moment {
  readonly tasks: number;
  readonly later: number;
}

/** How a run was ended. */
export interface KilledRun {
  /** The last task that had ended, as `up` named it; undefined when the run came to its own end before it was killed. */
  readonly after: string | undefined;
  /** How it ended by itself; undefined when it was killed. */
  readonly exitCode: number | undefined;
  readonly all: string;
}

/** How a run ended that something was done to in its middle. */
export interface DisturbedRun extends Pick<Ended, 'exitCode' | 'all'> {
  /** The last task that had ended by then; undefined when the run came to its end before. */
  readonly after: string | undefined;
}

/**
 * Runs `kubehaus up` as if the operator's machine died in the middle: at that moment it is killed with all that it has started, the SSH
 * connections that outlive it included. What is at work on the hosts then goes on until it finds out.
 */
export async function upKilled(cluster: LabCluster, moment: Moment): Promise<KilledRun> {
  const mark = `KUBEHAUS_REHEARSAL=${randomUUID()}`;
  const { after, exitCode, all } = await upDisturbed(cluster, moment, async () => killAll(mark), mark);
  return { after, exitCode: after === undefined ? exitCode : undefined, all };
}

/** Runs `kubehaus up`, and does something at that moment; then it goes on to its end. */
export async function upDisturbed(
  cluster: LabCluster,
  { tasks, later }: Moment,
  disturb: () => Promise<unknown>,
  mark = '',
): Promise<DisturbedRun> {
  const program = join(ROOT, 'dist/cli/main.js');
  const [name = '', value = ''] = mark.split('=');
  const env = mark === '' ? {} : { [name]: value };
  const up = cluster.start([process.execPath, program, '-C', cluster.folder, 'up', '--yes'], { env });
  let after: string | undefined;
  let ended = 0;
  let rest = '';
  const reached = new Promise<void>((resolve) => {
    up.all?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => TASK.test(one))) {
        ended += 1;
        if (ended === tasks) resolve();
        if (ended <= tasks) after = line;
      }
    });
  });
  const over = up.then(() => 'over' as const);
  const first = await Promise.race([over, reached.then(async () => sleep(later, 'reached' as const))]);
  if (first === 'reached') await disturb();
  const { all, exitCode } = await up;
  return { after: first === 'over' ? undefined : after, exitCode, all: String(all) };
}

/** Runs `kubehaus up` to its end; one that was killed may have left its lock for as long as its last child lives. */
export async function upAgain(cluster: LabCluster): Promise<Ended> {
  return eventually(120, async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    if (ended.exitCode === exitCodes.busy.code) throw new Error(ended.all);
    return ended;
  });
}

/**
 * Kills all processes that have this in their environment, until there are none: what a run has started has it, whoever its parent is by now
 * (OpenSSH's shared connections have none that is ours).
 */
async function killAll(mark: string): Promise<void> {
  for (;;) {
    const found: number[] = [];
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (environment.split('\0').includes(mark)) found.push(pid);
    }
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
    await sleep(10);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
