import { kubehausProgram } from '../../cli/program.ts';

/** Every `kubehaus …` command line of a Markdown page: in code blocks, and in `code` of tables and sentences. */
export function commandLinesIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
  const spans = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, span = '']) => span,
  );
  return [...blocks, ...spans]
    .flatMap((line) => line.replace(/(^|\s)#.*/, '').split(/&&|\|/))
    .map((command) => command.trim())
    .filter((command) => /^kubehaus(\s|$)/.test(command));
}

/** What the program has against a command line: an unknown command or flag, or an argument too many; undefined when nothing. */
export function complaintAbout(commandLine: string): string | undefined {
  // Commander prints the version and ends the program where it meets this one.
  if (commandLine === 'kubehaus --version') return undefined;
  const program = kubehausProgram();
  const { operands, unknown } = program.parseOptions(commandLine.split(/\s+/).slice(1));
  const [name, ...rest] = operands;
  if (name === undefined)
    return unknown.length === 0 ? undefined : `${commandLine}: there is no ${unknown[0]}`;
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) return `${commandLine}: there is no command ${name}`;
  const parsed = command.parseOptions(unknown);
  const [flag] = parsed.unknown;
  if (flag !== undefined) return `${commandLine}: ${name} has no ${flag}`;
  const words = [...rest, ...parsed.operands];
  const { registeredArguments } = command;
  const takesMore = registeredArguments.some(({ variadic }) => variadic);
  return words.length > registeredArguments.length && !takesMore
    ? `${commandLine}: ${name} takes no argument ${words.at(-1) ?? ''}`
    : undefined;
}
