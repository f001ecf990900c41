import type { ClusterFolder } from './cluster-folder.ts';
import { listenForInterruption, type Interruption } from './interruption.ts';
import type { Phase, PhaseTime, Reporter } from './reporter.ts';
import { takeRunLock, type RunLock } from './run-lock.ts';

/** One call of kubehaus that changes something: who is told, what stops it, and what it took. */
export interface Run {
  readonly folder: ClusterFolder;
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
  readonly interruption: Interruption;
  readonly lock: RunLock;
  readonly times: PhaseTime[];
}

/** Does `work` with the cluster's lock in hand and Ctrl-C under control. */
export async function withRun<T>(
  folder: ClusterFolder,
  command: string,
  reporter: Reporter,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const interruption = listenForInterruption((times, children) => {
    if (children === 0) return;
    reporter.notice(
      times === 1
        ? `Stopping: waiting until what is under way has ended; \`kubehaus ${command}\` goes on from there when run again. Ctrl-C again breaks it off.`
        : 'Breaking off what is under way.',
    );
  });
  try {
    const lock = await takeRunLock(folder, command, (text) => reporter.notice(text));
    try {
      return await work({ folder, env: process.env, reporter, interruption, lock, times: [] });
    } finally {
      await lock.release();
    }
  } finally {
    interruption.release();
  }
}

/** A phase around `work`: begun, timed and ended, whatever happens. `work` may return a summary to show. */
export async function inPhase<T>(
  run: Pick<Run, 'reporter' | 'times' | 'interruption'>,
  title: string,
  work: (phase: Phase) => Promise<T>,
  summarize: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  run.interruption.check();
  const phase = run.reporter.begin(title);
  const began = performance.now();
  try {
    const result = await work(phase);
    phase.end('done', summarize(result));
    return result;
  } catch (error) {
    phase.end(run.interruption.signal.aborted ? 'stopped' : 'failed');
    throw error;
  } finally {
    run.times.push({ title, milliseconds: performance.now() - began });
  }
}
