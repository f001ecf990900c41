import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Sources } from '../render/tree.ts';
import { packageRoot } from './package-root.ts';

const FOLDERS = ['playbook-templates', 'roles'];

/** Playbook templates and roles of this version of kubehaus: path from the package's root, with `/`, → text. */
export async function readSources(root = packageRoot()): Promise<Sources> {
  const files = await Promise.all(FOLDERS.map((folder) => filesBelow(join(root, folder))));
  const sources = await Promise.all(
    files
      .flat()
      .map(
        async (file) => [relative(root, file).split(sep).join('/'), await readFile(file, 'utf8')] as const,
      ),
  );
  return new Map(sources.sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name));
}
