import type { Command } from 'commander';

/** Which lab a command is for. */
export const nameOption = [
  '--name <lab>',
  'several labs stand side by side and do not meet',
  'demo',
] as const;

/** What commander makes of {@link nameOption}. */
export interface LabOption {
  readonly name: string;
}

/** Adds a command, with the option that says which lab. */
export type AddCommand = (name: string, description: string) => Command;

/** Adds commands to this one. */
export function commandsOf(parent: Command): AddCommand {
  return (name, description) =>
    parent
      .command(name)
      .description(description)
      .option(...nameOption);
}
