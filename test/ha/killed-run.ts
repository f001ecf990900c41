import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../render/scenarios.ts';
import { exitCodes } from '../../drive/exit-codes.ts';
import type { Ended, LabCluster } from '../e2e/lab-cluster.ts';
import { eventually } from '../e2e/waiting.ts';

/** The tasks that `kubehaus up` goes through on a new cluster of level 3, a few more or less: where it may be killed. */
export const TASKS_OF_UP = 75;
/** The same where nothing is left to do. */
export const TASKS_OF_UP_AGAIN = 50;

/** A line of `kubehaus up` that ends a task, as drive/ansible-progress.ts writes it. */
const TASK = /^\[[a-z-]+\] .+ \(\d+\.\d s\)$/;

/** How a run was ended. */
export interface KilledRun {
  /** The last task that had ended, as `up` named it; undefined when the run came to its own end before it was killed. */
  readonly after: string | undefined;
  /** How it ended by itself; undefined when it was killed. */
  readonly exitCode: number | undefined;
  readonly all: string;
}

/**
 * Runs `kubehaus up` as if the operator's machine died in the middle: when `tasks` tasks have ended, and `later` milliseconds after that,
 * it is killed with all that it has started. What is at work on the hosts then goes on until it finds out.
 */
export async function upKilled(cluster: LabCluster, tasks: number, later: number): Promise<KilledRun> {
  const program = join(ROOT, 'dist/cli/main.js');
  const up = cluster.start([process.execPath, program, '-C', cluster.folder, 'up', '--yes']);
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
  if (first === 'reached' && up.pid !== undefined) await killTree(up.pid);
  const { all, exitCode } = await up;
  return first === 'over'
    ? { after: undefined, exitCode, all: String(all) }
    : { after, exitCode: undefined, all: String(all) };
}

/** Runs `kubehaus up` to its end; one that was killed may have left its lock for as long as its last child lives. */
export async function upAgain(cluster: LabCluster): Promise<Ended> {
  return eventually(120, async () => {
    const ended = await cluster.kubehaus(['up', '--yes']);
    if (ended.exitCode === exitCodes.busy.code) throw new Error(ended.all);
    return ended;
  });
}

/** Kills a process and all that it started, parents first, so that none of them sees another die and says so. */
async function killTree(root: number): Promise<void> {
  const children = new Map<number, number[]>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const parent = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const kill = (pid: number): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    for (const child of children.get(pid) ?? []) kill(child);
  };
  kill(root);
}
