import { copyFile, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { poolOf } from './apt-repository.ts';
import type { Component } from './component.ts';
import type { Run } from './logged-command.ts';
import { packageFile } from '../package-files.ts';

/** The Debian packages in which nft, its libraries and the names of protocols and services lie. */
const packages = [
  'nftables',
  'libnftables1',
  'libnftnl11',
  'libxtables12',
  'libmnl0',
  'libgmp10',
  'libjansson4',
  'libedit2',
  'libbsd0',
  'libmd0',
  'libtinfo6',
  'libc6',
  'netbase',
];

const loader = 'lib64/ld-linux-x86-64.so.2';
const libraries = 'lib/x86_64-linux-gnu';

/**
 * A component whose folder holds nft as it lies in a root folder, and of all the files in its packages only those that it
 * loads. That is all that kube-proxy needs beside itself in nftables mode.
 */
export function nftComponent(apt: Component): Component {
  return {
    name: 'nft',
    sources: [packageFile('lab/builds/nft.ts')],
    settings: [],
    from: [apt],
    make: async (into, run) => {
      const root = join(into, '.packages');
      await extract(await poolOf(apt), root, run);
      const needed = await librariesOf(root, 'usr/sbin/nft', run);
      const files = ['usr/sbin/nft', 'etc/protocols', 'etc/services', loader, ...needed];
      for (const file of files) await copy(join(root, file), join(into, file));
      await rm(root, { recursive: true });
    },
  };
}

async function extract(pool: string, root: string, run: Run): Promise<void> {
  const files = await readdir(pool);
  for (const name of packages) {
    const file = files.find((candidate) => candidate.startsWith(`${name}_`));
    if (file === undefined) throw new Error(`the apt repository has no package ${name}`);
    await run('dpkg-deb', ['--extract', join(pool, file), root]);
  }
}

/** Asks the loader of the packages themselves, so that nothing of this machine is taken for a part of them. */
async function librariesOf(root: string, program: string, run: Run): Promise<readonly string[]> {
  const places = [libraries, `usr/${libraries}`].map((folder) => join(root, folder));
  // Its link is absolute, as in a root folder; here it would lead to the loader of this machine.
  const own = join(root, libraries, basename(loader));
  const list = await run(own, [
    '--inhibit-cache',
    '--library-path',
    places.join(':'),
    '--list',
    join(root, program),
  ]);
  const found = list.split('\n').flatMap((line) => {
    const [, name, path] = /^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (name === undefined || path === undefined || name.startsWith('/')) return [];
    if (!path.startsWith(`${root}/`))
      throw new Error(`${name}, which ${program} loads, is in none of its packages (${path})`);
    return [path.slice(root.length + 1)];
  });
  return found;
}

/** Copies what `from` is or leads to. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(from), to);
}
