import type { Dirent } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { compareTrees, pathsByKind, type ChangedPaths } from './difference.ts';
import type { Tree } from './tree.ts';

/** Files below rendered/ that others keep: the late join with Terraform's outputs, and Terraform's provider lock. */
const KEPT_BY_OTHERS = new Set(['ansible/inventory/addresses.yml', 'terraform/.terraform.lock.hcl']);

/**
 * Makes the folder hold exactly the tree (and what others keep there). Files that are as they should be are not
 * touched; each file appears whole or not at all. Returns what it did; paths are relative to the folder.
 */
export async function writeTree(folder: string, tree: Tree): Promise<ChangedPaths> {
  const written = pathsByKind(compareTrees(await readTree(folder), tree));
  for (const path of [...written.added, ...written.changed]) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.kubehaus-new`;
    await writeFile(temporary, tree.get(path) ?? '');
    await rename(temporary, file);
  }
  for (const path of written.removed) {
    await rm(join(folder, path));
    await removeEmptyFolders(folder, dirname(join(folder, path)));
  }
  return written;
}

/** What stands in the folder, but for what others keep there. A folder that is not there is empty. */
export async function readTree(folder: string): Promise<Tree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const files = entries
    // Python's bytecode, beside plugins that ansible-playbook has run.
    .filter((entry) => !entry.parentPath.endsWith('__pycache__'))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ entry, path: relative(folder, join(entry.parentPath, entry.name)) }))
    .filter(({ path }) => !KEPT_BY_OTHERS.has(path));
  return new Map(
    await Promise.all(files.map(async ({ entry, path }) => [path, await textOf(entry)] as const)),
  );
}

/** A link's text is where it leads, as git sees it: it may lead to a folder or nowhere. */
async function textOf(entry: Dirent): Promise<string> {
  const path = join(entry.parentPath, entry.name);
  return entry.isSymbolicLink() ? readlink(path) : readFile(path, 'utf8');
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  if (folder === root || (await readdir(folder)).length > 0) return;
  await rmdir(folder);
  await removeEmptyFolders(root, dirname(folder));
}
