import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { commandLine } from './kubehaus.ts';

/** A PATH on which shells find `kubehaus`, from the sources, as users do after `npm link`. */
export async function kubehausInPath(): Promise<string> {
  const folder = await temporaryFolder();
  const command = commandLine([]).map(quoted).join(' ');
  await writeFile(join(folder, 'kubehaus'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return `${folder}:${process.env['PATH'] ?? ''}`;
}

/** A word of a shell's command line. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
