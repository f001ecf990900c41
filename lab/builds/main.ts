import { buildMirror } from './build.ts';

// Builds the mirror and prints where it lies, as JSON; what it is doing goes to standard error.
process.stdout.write(`${JSON.stringify(await buildMirror(), undefined, 2)}\n`);
