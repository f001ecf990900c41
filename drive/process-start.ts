import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/**
 * When a process began, in a form that is only good for comparing; undefined when there is no such process. Together
 * with the pid it names one process for good, since pids are used again.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22 is the start time and field 3 the state (proc_pid_stat(5)); field 2, in brackets, may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (process.platform === 'linux') return undefined;
  }
  const { exitCode, stdout } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  return exitCode === 0 && stdout !== '' ? stdout.trim() : undefined;
}
