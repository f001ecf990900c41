#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodes } from '../drive/exit-codes.ts';
import { printFailure } from './print-failure.ts';
import { kubehausProgram } from './program.ts';

// Whoever read our output may go (`kubehaus up | head`): an apply that is under way must not die of that.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await kubehausProgram().parseAsync();
} catch (error) {
  // Commander has printed its own message by then; help and version count as errors of code 0 there.
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? exitCodes.ok.code
        : exitCodes.usage.code
      : printFailure(error);
}
