import { execa, ExecaError } from 'execa';

/** Runs a command: its output goes to a log, and only a failure's last lines are shown. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<string>;

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const linesShown = 20;

/**
 * A {@link Run} that appends all output to `log` and answers with what the command wrote to standard output. Children end with
 * this process. A failure's error has the command, its exit code, its last lines and the path of the log.
 */
export function runWithLog(log: string): Run {
  return async (program, args, options = {}) => {
    try {
      const toLog = { file: log, append: true };
      const result = await execa(program, args, {
        ...options,
        all: true,
        stdin: 'ignore',
        stdout: ['pipe', toLog],
        stderr: ['pipe', toLog],
        maxBuffer: 100_000_000,
      });
      return result.stdout;
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      throw commandFailed(error, log);
    }
  };
}

function commandFailed(error: ExecaError, log: string): Error {
  const how = error.exitCode === undefined ? error.originalMessage : `exit code ${error.exitCode}`;
  const last = String(error.all ?? '')
    .trimEnd()
    .split('\n')
    .slice(-linesShown);
  return new Error([`${error.command}: ${how}`, ...last, `The whole output is in ${log}`].join('\n'), {
    cause: error,
  });
}
