import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { cacheFolder } from './cache-folder.ts';
import { hashOf } from './input-hash.ts';
import { withLock } from './lock.ts';
import { runWithLog, type Run } from './logged-command.ts';
import { note } from './progress.ts';
import { packageFile } from '../package-files.ts';

/** Something that is built once for the same inputs, and kept in the cache. */
export interface Component {
  readonly name: string;
  /** Sources in the repository that the result depends on; the recipe itself is one of them where its code decides. */
  readonly sources: readonly string[];
  /** What else it depends on. */
  readonly settings: readonly string[];
  /** Other components that it is made from; they are in place when {@link Component.make} runs. */
  readonly from: readonly Component[];
  /** Makes the result in the empty folder `into`. */
  readonly make: (into: string, run: Run) => Promise<void>;
}

/** Where a component's result lies, or will lie: the folder's name carries the hash of all that it depends on. */
export async function folderOf(component: Component): Promise<string> {
  const from = await Promise.all(component.from.map(folderOf));
  const hash = await hashOf({
    root: packageFile('lab'),
    files: component.sources,
    settings: [...component.settings, ...from.map((folder) => folder.slice(-16))],
  });
  return join(buildsFolder(), `${component.name}-${hash}`);
}

/** The folder that holds every component's results. */
export function buildsFolder(): string {
  return join(cacheFolder(), 'builds');
}

/**
 * The folder with a component's result, built when it isn't in the cache. It is made in a temporary folder and then renamed,
 * so that what is in the cache is always whole. Of all processes on the machine, one at a time makes a component, and the others
 * wait for it.
 */
export async function built(component: Component): Promise<string> {
  const folder = await folderOf(component);
  const begun = inThisProcess.get(folder);
  if (begun !== undefined) return begun;
  const building = build(component, folder).finally(() => inThisProcess.delete(folder));
  inThisProcess.set(folder, building);
  return building;
}

/** What several components are made from is built once, even when they are built at the same time. */
const inThisProcess = new Map<string, Promise<string>>();

async function build(component: Component, folder: string): Promise<string> {
  if (await exists(folder)) return folder;
  await Promise.all(component.from.map(built));
  return atOnce(() => make(component, folder));
}

/**
 * Two builds at once: compilers use all processors already, but while one build links or waits for the network, another can go
 * on; more than two would only take memory from each other.
 */
const atOnce = pLimit(2);

async function make(component: Component, folder: string): Promise<string> {
  const { name } = component;
  const [logs, locks] = ['logs', 'build-locks'].map((kind) => join(cacheFolder(), kind)) as [string, string];
  await Promise.all([logs, locks, buildsFolder()].map((path) => mkdir(path, { recursive: true })));
  const waiting = (): void => note(`another process builds ${name}; waiting for it`);
  return withLock(join(locks, name), waiting, async () => {
    if (await exists(folder)) return folder;
    await removeUnfinished(name);
    const log = join(logs, `${name}.log`);
    await rm(log, { force: true });

    note(`building ${name}`);
    const start = performance.now();
    const temporary = await mkdtemp(join(buildsFolder(), unfinished(name)));
    await chmod(temporary, 0o755);
    await component.make(temporary, runWithLog(log));
    await rename(temporary, folder);
    note(`built ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return folder;
  });
}

/** Removes what interrupted builds of a component have left. Its lock is held, so that none of it is in use. */
async function removeUnfinished(component: string): Promise<void> {
  const names = await readdir(buildsFolder());
  const left = names.filter((name) => name.startsWith(unfinished(component)));
  await Promise.all(left.map((name) => rm(join(buildsFolder(), name), { recursive: true, force: true })));
}

/** What the temporary folders of a component begin with; no component's is the beginning of another's. */
function unfinished(component: string): string {
  return `.${component}.unfinished-`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
