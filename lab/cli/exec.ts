import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { inControlNamespace } from '../network/namespaces.ts';
import { environmentOfRunning } from '../environment.ts';
import type { Lab } from '../state.ts';

/** Runs the command in the lab's network, with our terminal, and ends with its exit code; 128 and the signal's number, as shells do, if a signal ended it. */
export async function exec(lab: Lab, command: readonly string[]): Promise<void> {
  const environment = await environmentOfRunning(lab);
  const [program, ...args] = inControlNamespace(lab, command);
  // The terminal sends its signals to the command as well; it is the command that decides what they mean.
  process.removeAllListeners('SIGINT').on('SIGINT', () => undefined);
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.removeAllListeners(signal).on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}
