import { execa } from 'execa';
import { once } from 'node:events';

/**
 * Runs `work` while it holds the lock `file`, which is made when it isn't there. Only one process at a time does so; the others
 * wait, and hear of it through `onWait`. The lock is the kernel's (flock) and held by a child whose standard input is ours:
 * however this process ends, its end of the pipe closes, the child ends and the lock is free. No stale lock can be left.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const holder = execa('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    buffer: false,
  });
  const patience = setTimeout(onWait, 500);
  try {
    // Either the child says that it holds the lock, or it fails, and says why.
    await Promise.race([once(holder.stdout, 'data'), holder]);
  } finally {
    clearTimeout(patience);
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
