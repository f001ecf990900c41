import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Tree } from './tree.ts';

/** What writing a tree did; paths are relative to the folder. */
export interface Written {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** Files below rendered/ that others keep: the late join with Terraform's outputs, and Terraform's provider lock. */
const KEPT_BY_OTHERS = new Set(['ansible/inventory/addresses.yml', 'terraform/.terraform.lock.hcl']);

/** Says what `writeTree` would do, without doing it. */
export async function compareTree(folder: string, tree: Tree): Promise<Written> {
  const present = await filesBelow(folder);
  const states = await Promise.all(
    [...tree].map(async ([path, text]) => {
      if (!present.has(path)) return { path, state: 'added' as const };
      const same = (await readFile(join(folder, path), 'utf8')) === text;
      return { path, state: same ? ('unchanged' as const) : ('changed' as const) };
    }),
  );
  const inState = (state: string) => states.filter((one) => one.state === state).map(({ path }) => path);
  return {
    added: inState('added'),
    changed: inState('changed'),
    removed: [...present].filter((path) => !tree.has(path) && !KEPT_BY_OTHERS.has(path)).sort(),
    unchanged: inState('unchanged').length,
  };
}

/**
 * Makes the folder hold exactly the tree (and what others keep there). Files that are as they should be are not
 * touched; each file appears whole or not at all.
 */
export async function writeTree(folder: string, tree: Tree): Promise<Written> {
  const difference = await compareTree(folder, tree);
  for (const path of [...difference.added, ...difference.changed]) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.kubehaus-new`;
    await writeFile(temporary, tree.get(path) ?? '');
    await rename(temporary, file);
  }
  for (const path of difference.removed) {
    await rm(join(folder, path));
    await removeEmptyFolders(folder, dirname(join(folder, path)));
  }
  return difference;
}

async function filesBelow(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return new Set(
    entries
      // Python's bytecode, beside plugins that ansible-playbook has run.
      .filter((entry) => !entry.parentPath.endsWith('__pycache__'))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
  );
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  if (folder === root || (await readdir(folder)).length > 0) return;
  await rmdir(folder);
  await removeEmptyFolders(root, dirname(folder));
}
