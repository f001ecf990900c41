import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterFolder } from '../../drive/cluster-folder.ts';
import { ensureLocalFolder } from '../../drive/cluster-folder.ts';
import { processStart } from '../../drive/process-start.ts';
import { takeRunLock } from '../../drive/run-lock.ts';
import { folderWith } from './cluster-in-a-folder.ts';

const pids: number[] = [];

/** A process of its own that lives until it is stopped. */
function sleeper(seconds = '60'): number {
  const { pid } = spawn('sleep', [seconds], { stdio: 'ignore' });
  if (pid === undefined) throw new Error('sleep did not start');
  pids.push(pid);
  return pid;
}

afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already, as it should.
    }
  }
});

async function lockOf(folder: ClusterFolder, content: object): Promise<void> {
  await ensureLocalFolder(folder);
  await writeFile(
    folder.runLock,
    JSON.stringify({ host: hostname(), since: '2026-01-01T00:00:00.000Z', children: [], ...content }),
  );
}

const silent = () => undefined;

describe('the lock of a cluster', () => {
  it('lets one kubehaus in, names it to the others, and is gone afterwards', async () => {
    const folder = await folderWith();
    const lock = await takeRunLock(folder, 'up', silent);
    await expect(takeRunLock(folder, 'destroy', silent)).rejects.toMatchObject({
      exit: 'busy',
      message: expect.stringContaining(`\`kubehaus up\` (process ${process.pid}`) as string,
    });
    await lock.release();
    expect(existsSync(folder.runLock)).toBe(false);
    await (await takeRunLock(folder, 'destroy', silent)).release();
  });

  it('lets exactly one of many in that come at the same time, over a lock that a dead one left', async () => {
    const folder = await folderWith();
    await lockOf(folder, { holder: { pid: 999_999, start: '1', command: 'up' } });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => takeRunLock(folder, 'up', silent)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('takes the lock of a process whose pid belongs to another one by now', async () => {
    const folder = await folderWith();
    await lockOf(folder, { holder: { pid: process.pid, start: 'long ago', command: 'up' } });
    await (await takeRunLock(folder, 'up', silent)).release();
  });

  it('stops an Ansible that a killed kubehaus left behind before it goes on', async () => {
    const folder = await folderWith();
    const pid = sleeper();
    const ended = new Promise((resolve) => {
      const watch = setInterval(() => {
        void processStart(pid).then((start) => {
          if (start !== undefined) return;
          clearInterval(watch);
          resolve('ended');
        });
      }, 50);
    });
    await lockOf(folder, {
      holder: { pid: 999_999, start: '1', command: 'up' },
      children: [{ pid, start: await processStart(pid), command: 'ansible-site' }],
    });
    const notices: string[] = [];

    const lock = await takeRunLock(folder, 'up', (text) => notices.push(text));

    expect(notices).toEqual([expect.stringContaining(`left ansible-site (process ${pid}) behind`)]);
    expect(await ended).toBe('ended');
    await lock.release();
  });

  it('lets a terraform apply that was left behind come to its own end', async () => {
    const folder = await folderWith();
    const pid = sleeper('2');
    await lockOf(folder, {
      holder: { pid: 999_999, start: '1', command: 'up' },
      children: [{ pid, start: await processStart(pid), command: 'terraform-apply' }],
    });
    const began = Date.now();
    await (await takeRunLock(folder, 'up', silent)).release();
    expect(Date.now() - began).toBeGreaterThan(1_000);
  });

  it('leaves a process alone that only has the pid of such an Ansible', async () => {
    const folder = await folderWith();
    const pid = sleeper();
    await lockOf(folder, {
      holder: { pid: 999_999, start: '1', command: 'up' },
      children: [{ pid, start: 'another time', command: 'ansible-site' }],
    });
    await (await takeRunLock(folder, 'up', silent)).release();
    expect(await processStart(pid)).toBeDefined();
  });

  it('is not taken from a kubehaus on another machine', async () => {
    const folder = await folderWith();
    await lockOf(folder, { host: 'elsewhere', holder: { pid: 1, start: '1', command: 'up' } });
    await expect(takeRunLock(folder, 'up', silent)).rejects.toMatchObject({
      exit: 'busy',
      message: expect.stringContaining('on the machine elsewhere') as string,
    });
  });

  it('records children while they run', async () => {
    const folder = await folderWith();
    const lock = await takeRunLock(folder, 'up', silent);
    const pid = sleeper();
    const disown = await lock.adopt(pid, 'terraform-apply');
    expect(JSON.parse(await readFile(folder.runLock, 'utf8'))).toMatchObject({
      children: [{ pid, command: 'terraform-apply' }],
    });
    await disown();
    expect(JSON.parse(await readFile(folder.runLock, 'utf8'))).toMatchObject({ children: [] });
    await lock.release();
  });

  it('lies in a folder for the user alone', async () => {
    const folder = await folderWith();
    const lock = await takeRunLock(folder, 'up', silent);
    expect((await stat(folder.local)).mode & 0o777).toBe(0o700);
    expect((await stat(folder.runLock)).mode & 0o777).toBe(0o600);
    await lock.release();
  });
});

describe('when a process began', () => {
  it('stays the same, and is unknown once it has ended', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const start = await processStart(pid);
    expect(start).toBeDefined();
    expect(await processStart(pid)).toBe(start);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processStart(pid)).toBeUndefined();
  });
});
