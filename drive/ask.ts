import { confirm, input } from '@inquirer/prompts';
import { cannotAsk, declined, interrupted } from './errors.ts';
import type { Reporter } from './reporter.ts';

/** Asks yes or no; returns on yes. Without a terminal nobody could answer, so it fails and tells of `--yes`. */
export async function askForYes(reporter: Reporter, question: string): Promise<void> {
  requireTerminal(question);
  await reporter.flush();
  if (!(await answered(() => confirm({ message: question, default: false })))) throw declined();
}

/** Asks to type a word; returns when it was typed. */
export async function askForWord(reporter: Reporter, question: string, word: string): Promise<void> {
  requireTerminal(question);
  await reporter.flush();
  if ((await answered(() => input({ message: question }))).trim() !== word) throw declined();
}

function requireTerminal(question: string): void {
  if (!process.stdin.isTTY) throw cannotAsk(question);
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') throw interrupted();
    throw error;
  }
}
