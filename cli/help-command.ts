import type { Command } from 'commander';

/** Adds `help [command]`. Commander's own shows all of the help for a command that does not exist, and no word of that. */
export function addHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .argument('[command]')
    .description('display help for command')
    .action((name?: string) => {
      if (name === undefined) program.help();
      program.commands.find((command) => command.name() === name)?.help();
      // As if it had been called: commander refuses it, and names those that are spelled alike.
      program.parse([name], { from: 'user' });
    });
}
