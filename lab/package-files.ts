import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of this package that is not TypeScript (a shell script, a template). Compiled code lies in dist/, such
 * files do not: so they are found from the package's root, which is where its package.json is.
 */
export function packageFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error(`No package.json in any folder above ${import.meta.url}`);
    folder = dirname(folder);
  }
  return join(folder, path);
}
