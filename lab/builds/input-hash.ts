import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** All that a result depends on. */
export interface Inputs {
  /** Files and folders, which count with their contents and their paths relative to `root`. */
  readonly files: readonly string[];
  /** The folder that paths are taken relative to, so that a checkout elsewhere has the same hash. */
  readonly root: string;
  /** Anything else: versions, flags, the keys of what this is made from. */
  readonly settings: readonly string[];
}

/** A short hash of the inputs: the same inputs give the same hash on any machine, any other inputs give another. */
export async function hashOf({ files, root, settings }: Inputs): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  const found = await Promise.all(files.map(filesBelow));
  for (const file of found.flat().sort()) {
    const content = createHash('sha256').update(await readFile(file));
    hash.update(`${relative(root, file)}\0${content.digest('hex')}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** A file itself, or all files below a folder. */
export async function filesBelow(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
