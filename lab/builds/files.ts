import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzip, writeTar } from './archive.ts';
import { folderOf, type Component } from './component.ts';
import type { MirroredFile, ProgramName } from './file-layout.ts';
import type { Run } from './logged-command.ts';

/** A component whose folder is the mirror's `files/`: `layout` filled with programs of `from`, and SHA256SUMS beside them. */
export function filesComponent(layout: readonly MirroredFile[], from: readonly Component[]): Component {
  return {
    name: 'files',
    sources: [],
    settings: [JSON.stringify(layout)],
    from,
    make: async (into, run) => {
      const onDisk = await programFinder(from);
      const sums: string[] = [];
      for (const file of layout) {
        const path = join(into, file.path);
        await mkdir(dirname(path), { recursive: true });
        await write(file, path, onDisk, run);
        sums.push(`${await sha256(path)}  ${file.path}\n`);
      }
      await writeFile(join(into, 'SHA256SUMS'), sums.sort().join(''));
    },
  };
}

/** Where a program lies on this disk. */
export type ProgramFinder = (program: ProgramName) => string;

export async function programFinder(components: readonly Component[]): Promise<ProgramFinder> {
  const folders = new Map<string, string>();
  for (const component of components) folders.set(component.name, await folderOf(component));
  return ({ component, name }) => {
    const folder = folders.get(component);
    if (folder === undefined)
      throw new Error(`${name} is to come from ${component}, which is not among the components`);
    return join(folder, name);
  };
}

async function write(file: MirroredFile, path: string, onDisk: ProgramFinder, run: Run): Promise<void> {
  switch (file.content.kind) {
    case 'program':
      return link(onDisk(file.content.program), path);
    case 'archive': {
      const members = Object.entries(file.content.members).map(([to, program]) => ({
        from: onDisk(program),
        to,
      }));
      await writeTar(`${path}.tar`, file.content.top, members, run);
      await gzip(`${path}.tar`, run);
      return rename(`${path}.tar.gz`, path);
    }
    default: {
      const unknown: never = file.content;
      throw new Error(`no such content: ${JSON.stringify(unknown)}`);
    }
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
