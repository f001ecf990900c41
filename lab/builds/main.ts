import { buildMirror, buildProvider } from './build.ts';

// Builds the mirror, or with the argument `provider` only the provider for terraform, and prints where it lies, as JSON. What is
// being done goes to standard error.
const [what, ...others] = process.argv.slice(2);
try {
  if ((what !== undefined && what !== 'provider') || others.length > 0) {
    throw new Error(
      `there is nothing to build but the whole mirror, or "provider" (given: ${process.argv.slice(2).join(' ')})`,
    );
  }
  const paths = what === 'provider' ? { terraformCliConfig: await buildProvider() } : await buildMirror();
  process.stdout.write(`${JSON.stringify(paths, undefined, 2)}\n`);
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  // At once, and with it all that is still being built beside what failed.
  process.exit(1);
}
