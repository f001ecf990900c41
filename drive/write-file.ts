import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readOptional } from './cluster-folder.ts';

/** Writes a file whole or not at all, and only when its text is another one. True when it was written. */
export async function writeIfChanged(path: string, text: string, mode = 0o644): Promise<boolean> {
  if ((await readOptional(path)) === text) return false;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.kubehaus-new`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
  return true;
}
