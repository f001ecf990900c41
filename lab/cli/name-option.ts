/** Which lab a command is for. */
export const nameOption = [
  '--name <lab>',
  'several labs stand side by side and do not meet',
  'demo',
] as const;
