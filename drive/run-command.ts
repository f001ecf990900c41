import { execa } from 'execa';
import { stripVTControlCharacters } from 'node:util';
import { missingTool, type FailedCommand } from './errors.ts';
import type { Run } from './run.ts';
import { blotOut, openLog } from './run-log.ts';

export interface Command {
  /** Short name for the log and for people, e.g. `terraform-plan`. */
  readonly phase: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child: nothing else is inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** Values that must not reach a log. */
  readonly secrets?: readonly string[];
  /** Whether the first Ctrl-C only stops what would come afterwards; the second one is handed on in any case. */
  readonly mustFinish?: boolean;
  /** Every line of stdout and stderr as it comes; what it returns goes to the log in its place. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => string | undefined;
  /** Every line that the child writes to file descriptor 3. */
  readonly onEvent?: (line: string) => void;
}

export interface Ended extends FailedCommand {
  readonly exitCode: number | undefined;
}

const TAIL_LINES = 20;

/**
 * Runs a command to its end and logs all that it prints. The child gets a process group of its own, so that Ctrl-C on a
 * terminal reaches it once, through us. A bad ending is told, not thrown: the caller knows what it means.
 */
export async function runCommand(
  run: Pick<Run, 'folder' | 'interruption' | 'lock'>,
  command: Command,
): Promise<Ended> {
  run.interruption.check();
  const secrets = command.secrets ?? [];
  const log = await openLog(run.folder, command.phase, secrets);
  log.write(`$ ${[command.file, ...command.args].join(' ')}`);
  const tail: string[] = [];
  const child = execa(command.file, [...command.args], {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', ...(command.onEvent ? (['pipe'] as const) : [])],
    buffer: false,
    reject: false,
    detached: true,
  });
  const stopHandingOn = run.interruption.handOn((times) => {
    if (times > 1 || command.mustFinish !== true) child.kill('SIGINT');
  });
  const adopted = child.pid === undefined ? undefined : run.lock.adopt(child.pid, command.phase);
  const readLines = async (from: 'stdout' | 'stderr') => {
    for await (const raw of child.iterable({ from })) {
      const line = blotOut(String(raw), secrets);
      const logged = command.onLine ? command.onLine(line, from) : line;
      if (logged === undefined) continue;
      log.write(logged);
      tail.push(stripVTControlCharacters(logged));
      if (tail.length > TAIL_LINES) tail.shift();
    }
  };
  const readEvents = async () => {
    if (!command.onEvent) return;
    for await (const line of child.iterable({ from: 'fd3' })) command.onEvent(String(line));
  };
  // Whatever goes wrong on this side, the child is waited for: nothing is left behind that nobody knows of.
  const [ended, ...read] = await Promise.allSettled([
    child,
    readLines('stdout'),
    readLines('stderr'),
    readEvents(),
    adopted,
  ]);
  stopHandingOn();
  for (const part of read) if (part.status === 'rejected') throw part.reason;
  if (ended.status === 'rejected') throw ended.reason;
  const result = ended.value;
  await (
    await adopted
  )?.();
  const ending = result.signal === undefined ? `exit code ${result.exitCode}` : `ended by ${result.signal}`;
  log.write(`[${ending}]`);
  await log.close();
  run.interruption.check();
  if (result.code === 'ENOENT')
    throw missingTool([command.file], 'Install it and run the same command again.');
  if (result.exitCode === undefined && result.signal === undefined) throw result as unknown as Error;
  return {
    exitCode: result.exitCode,
    command: [command.file, ...command.args],
    ending,
    tail: tail.filter((line) => line.trim() !== ''),
    logFile: log.path,
  };
}
