import type * as prompts from '@inquirer/prompts';
import { cannotAsk, declined, interrupted, type Failure } from './errors.ts';
import type { Reporter } from './reporter.ts';

/** Asks yes or no; returns on yes. Without a terminal nobody could answer, so it fails and tells of `--yes`. */
export async function askForYes(reporter: Reporter, question: string): Promise<void> {
  requireTerminal(question);
  await reporter.flush();
  if (!(await answered(({ confirm }) => confirm({ message: question, default: false })))) throw declined();
}

/** Asks to type a word; returns when it was typed. */
export async function askForWord(reporter: Reporter, question: string, word: string): Promise<void> {
  requireTerminal(question);
  await reporter.flush();
  if ((await answered(({ input }) => input({ message: question }))).trim() !== word) throw declined();
}

function requireTerminal(question: string): void {
  if (!process.stdin.isTTY) throw cannotAsk(question);
}

export type Prompts = Pick<typeof prompts, 'confirm' | 'input' | 'select' | 'checkbox'>;

/** Asks with inquirer’s prompts; Ctrl-C at one of them fails with `stopped`. */
export async function answered<T>(
  ask: (prompts: Prompts) => Promise<T>,
  stopped: () => Failure = interrupted,
): Promise<T> {
  // Loaded when there is something to ask: most commands never do.
  const loaded = await import('@inquirer/prompts');
  try {
    return await ask(loaded);
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') throw stopped();
    throw error;
  }
}
