import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ensureLocalFolder, readOptional, type ClusterFolder } from './cluster-folder.ts';
import { anotherRun, leftoverRuns, lockOfAnotherMachine } from './errors.ts';
import { processStart } from './process-start.ts';

const processSchema = z.object({ pid: z.int(), start: z.string(), command: z.string() });
const lockSchema = z.object({
  host: z.string(),
  since: z.string(),
  holder: processSchema,
  /** Terraform or Ansible of this run: they outlive a kubehaus that is killed outright. */
  children: z.array(processSchema),
});
type LockContent = z.output<typeof lockSchema>;
type LockedProcess = z.output<typeof processSchema>;

/** Held while kubehaus changes a cluster, so that no two do at once. */
export interface RunLock {
  /** Records a child, until the returned function is called. */
  adopt(pid: number, command: string): Promise<() => Promise<void>>;
  release(): Promise<void>;
}

/** How long a leftover child may take to stop: Terraform finishes the requests that are under way. */
const LEFTOVER_PATIENCE_MS = 120_000;

/**
 * Takes the lock of a cluster's folder. A lock whose process is gone is taken over; a Terraform or Ansible that such a
 * process left behind is asked to stop (SIGINT) first and waited for, since two of them at once would be worse. A
 * `terraform apply` is only waited for: broken off, it could lose what it has just ordered.
 */
export async function takeRunLock(
  folder: ClusterFolder,
  command: string,
  notice: (text: string) => void,
): Promise<RunLock> {
  await ensureLocalFolder(folder);
  const path = folder.runLock;
  const start = (await processStart(process.pid)) ?? '';
  const content: LockContent = {
    host: hostname(),
    since: new Date().toISOString(),
    holder: { pid: process.pid, start, command },
    children: [],
  };
  while (!(await createWhole(path, content))) await clearStale(path, notice);

  // One write at a time, so that none is lost.
  let writing: Promise<void> = Promise.resolve();
  const save = () => (writing = writing.then(() => replaceWhole(path, content)));
  return {
    adopt: async (pid, childCommand) => {
      const child = { pid, start: (await processStart(pid)) ?? '', command: childCommand };
      content.children.push(child);
      await save();
      return async () => {
        content.children = content.children.filter((one) => one !== child);
        await save();
      };
    },
    release: async () => {
      await writing;
      await rm(path, { force: true });
    },
  };
}

/** Creates the file with its whole content, or not at all when it is there. */
async function createWhole(path: string, content: LockContent): Promise<boolean> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary);
  }
}

async function replaceWhole(path: string, content: LockContent): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
  await rename(temporary, path);
}

async function clearStale(path: string, notice: (text: string) => void): Promise<void> {
  const text = await readOptional(path);
  if (text === undefined) return;
  const { host, since, holder, children } = lockSchema.parse(JSON.parse(text));
  if (host !== hostname()) throw lockOfAnotherMachine(host, holder.command, path);
  if (await lives(holder)) throw anotherRun(holder.command, holder.pid, since, path);
  for (const child of children) await stopLeftover(child, path, notice);

  // Somebody else may have taken the lock since it was read: moved aside first, it can be put back.
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if ((await readOptional(aside)) === undefined) return;
  if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  await rm(aside);
}

async function stopLeftover(
  child: LockedProcess,
  path: string,
  notice: (text: string) => void,
): Promise<void> {
  if (!(await lives(child))) return;
  notice(
    `An earlier run was cut off and left ${child.command} (process ${child.pid}) behind: waiting until it has ended.`,
  );
  if (child.command !== 'terraform-apply') process.kill(child.pid, 'SIGINT');
  const deadline = Date.now() + LEFTOVER_PATIENCE_MS;
  while (await lives(child)) {
    if (Date.now() > deadline) throw leftoverRuns(child.command, child.pid, path);
    await sleep(200);
  }
}

async function lives({ pid, start }: LockedProcess): Promise<boolean> {
  const now = await processStart(pid);
  return now !== undefined && now === start;
}
