import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Component } from './component.ts';
import { packageFile } from '../package-files.ts';

/** Go programs that are built from one module below `modules/`: its go.mod and go.sum pin every source by its checksum. */
export interface GoPrograms {
  readonly name: string;
  /** The folder below `modules/`. */
  readonly module: string;
  /** Name of a program → its package. */
  readonly programs: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Variables that the linker sets, as official builds have theirs set: `path/of/package.name` → value. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Needs a C compiler. Such programs are linked statically, too. */
  readonly cgo?: boolean;
}

/**
 * Settings of every build. No paths of the machine and no state of a repository get into the result, and what go.sum doesn't
 * know is refused.
 */
const environment = {
  GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
  GOWORK: 'off',
  GOOS: 'linux',
  GOARCH: 'amd64',
};

/** A component whose folder holds the programs, stripped, each under its name. */
export function goComponent(go: GoPrograms, goVersion: string): Component {
  const args = buildArguments(go);
  const env = { ...environment, CGO_ENABLED: go.cgo === true ? '1' : '0' };
  const module = moduleFolder(go.module);
  return {
    name: go.name,
    sources: [module],
    settings: [goVersion, JSON.stringify(env), ...args, ...Object.keys(go.programs)],
    from: [],
    make: async (into, run) => {
      await run('go', [...args.slice(0, 1), '-o', `${into}/`, ...args.slice(1)], { cwd: module, env });
      for (const [name, path] of Object.entries(go.programs)) {
        await rename(join(into, nameByGo(path)), join(into, name));
      }
    },
  };
}

/** One `go build` for all programs of a module, so that they are compiled at once and share what they have in common. */
function buildArguments(go: GoPrograms): readonly string[] {
  const variables = Object.entries(go.variables ?? {}).map(([variable, value]) => `-X=${variable}=${value}`);
  const linker = ['-s', '-w', ...variables, ...(go.cgo === true ? ['-extldflags=-static'] : [])];
  return [
    'build',
    // -s and -w drop the debugging information when linking; not to make it at all saves a tenth of the compiler's time.
    '-gcflags=all=-dwarf=false',
    `-ldflags=${linker.join(' ')}`,
    ...(go.tags === undefined ? [] : [`-tags=${go.tags.join(',')}`]),
    ...Object.values(go.programs),
  ];
}

/** The name that `go build` gives a program: the last part of its path that is no major version. */
function nameByGo(path: string): string {
  const parts = path.split('/').filter((part) => !/^v\d+$/.test(part));
  const last = parts.at(-1);
  if (last === undefined) throw new Error(`${path} is no Go package`);
  return last;
}

/** The version at which a module's go.mod requires a dependency, without its `v`: the one place where versions stand. */
export async function requiredVersion(module: string, dependency: string): Promise<string> {
  const text = await readFile(join(moduleFolder(module), 'go.mod'), 'utf8');
  for (const line of text.split('\n')) {
    const [path, version] = line
      .replace(/^require\s/, '')
      .trim()
      .split(/\s+/);
    if (path === dependency && version?.startsWith('v')) return version.slice(1);
  }
  throw new Error(`modules/${module}/go.mod does not require ${dependency}`);
}

export function moduleFolder(module: string): string {
  return packageFile(`lab/builds/modules/${module}`);
}
