import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { noPublicKeys, unreadableFile, unusableOption } from './errors.ts';

/** A file with public SSH keys. */
export interface KeyFile {
  readonly path: string;
  /** One key a line; comments and empty lines are left out. */
  readonly keys: readonly string[];
}

/** `--ssh-key` takes a name in the Hetzner project or a file: what has a `/` or ends in `.pub` is a file. */
export function isKeyFile(text: string): boolean {
  return text.includes('/') || text.endsWith('.pub');
}

/** All of ~/.ssh/*.pub that hold a key; certificates are none. Without any it fails and says how to make one. */
export async function keyFilesAtHome(): Promise<readonly KeyFile[]> {
  const folder = join(homedir(), '.ssh');
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.pub') && !name.endsWith('-cert.pub'),
  );
  const files = await readKeyFiles(
    names.sort().map((name) => join(folder, name)),
    folder,
  );
  const found = files.filter(({ keys }) => keys.length > 0);
  if (found.length === 0) throw noPublicKeys(folder);
  return found;
}

/** Reads files with public keys; `option` is who named them, for the failure that tells of one that can't be used. */
export async function readKeyFiles(paths: readonly string[], option: string): Promise<readonly KeyFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw unreadableFile(option, path, error);
      });
      if (text.includes('PRIVATE KEY-----'))
        throw unusableOption(
          'init',
          option,
          `${path} is a private key, which never leaves its machine; name its .pub.`,
        );
      return { path, keys: keysIn(text) };
    }),
  );
}

/** Every key once, in the files' order. */
export function keysOf(files: readonly KeyFile[]): readonly string[] {
  return [...new Set(files.flatMap(({ keys }) => keys))];
}

function keysIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
