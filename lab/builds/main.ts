import { buildMirror } from './build.ts';

// Builds the mirror and prints where it lies, as JSON; what it is doing goes to standard error.
try {
  process.stdout.write(`${JSON.stringify(await buildMirror(), undefined, 2)}\n`);
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  // At once, and with it all that is still being built beside what failed.
  process.exit(1);
}
