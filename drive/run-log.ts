import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { stripVTControlCharacters } from 'node:util';
import { ensureLocalFolder, type ClusterFolder } from './cluster-folder.ts';

/** The whole output of one command. */
export interface RunLog {
  readonly path: string;
  write(line: string): void;
  close(): Promise<void>;
}

/**
 * Opens `.kubehaus/logs/<time>-<phase>.log`, readable for the user alone.
 *
 * Secrets do not belong into the output of any command that we run. Should one ever print such a value, it is blotted
 * out here.
 */
export async function openLog(
  folder: ClusterFolder,
  phase: string,
  secrets: readonly string[] = [],
): Promise<RunLog> {
  await ensureLocalFolder(folder);
  const time = new Date().toISOString().replaceAll(':', '-');
  const path = join(folder.logs, `${time}-${phase}.log`);
  const stream = createWriteStream(path, { mode: 0o600, flags: 'wx' });
  // A full disk must not end the process in the middle of an apply; `close` reports it.
  stream.on('error', () => undefined);
  return {
    path,
    write: (line) => void stream.write(`${stripVTControlCharacters(blotOut(line, secrets))}\n`),
    close: async () => {
      stream.end();
      await finished(stream);
    },
  };
}

export function blotOut(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '[secret]')), line);
}
