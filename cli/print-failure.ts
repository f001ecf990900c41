import { exitCodes } from '../drive/exit-codes.ts';
import { Failure, fileTrouble } from '../drive/errors.ts';
import { style } from './style.ts';

/** Prints what went wrong to stderr and returns the exit code that belongs to it. */
export function printFailure(error: unknown): number {
  const failure = asFailure(error);
  if (failure === undefined) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(`${label()} This is a bug in kubehaus, please report it with the text below.\n${text}`);
    return exitCodes.bug.code;
  }
  write(
    [
      [label(), failure.message, ...(failure.assurance === undefined ? [] : [failure.assurance])].join(' '),
      ...failure.details.flatMap((detail) => detail.split('\n')).map((line) => `  ${line}`),
      failure.remedy,
    ].join('\n'),
  );
  return exitCodes[failure.exit].code;
}

function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined
    ? fileTrouble(error as NodeJS.ErrnoException)
    : undefined;
}

const label = () => style(['bold', 'red'], 'kubehaus:', process.stderr);

function write(text: string): void {
  process.stderr.write(`${text}\n`);
}
