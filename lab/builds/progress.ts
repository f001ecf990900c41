/** Says on standard error what a build is doing; standard output belongs to results. */
export function note(message: string): void {
  process.stderr.write(`lab: ${message}\n`);
}
