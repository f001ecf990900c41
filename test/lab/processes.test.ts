import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { alive, end, killAll, markOf, ownLine, parseStat, signal } from '../../lab/processes.ts';

test('a process’s state and start are found whatever its name is', () => {
  const rest = Array.from({ length: 30 }, (_, index) => index + 5).join(' ');
  expect(parseStat(`12 (a) S 1 (b) R 1 ${rest}`)).toEqual({ state: 'R', startedAt: 22 });
});

describe('a process that was noted', () => {
  test('is alive until it ends', async () => {
    const child = execa('sleep', ['100'], { reject: false });
    const mark = (await markOf(child.pid ?? 0)) ?? expect.fail('it does not run');
    expect(await alive(mark)).toBe(true);
    await end(mark, 1000);
    expect((await child).signal).toBe('SIGTERM');
    expect(await alive(mark)).toBe(false);
  });

  test('is not mistaken for a later one of the same pid, and that one gets no signal', async () => {
    const child = execa('sleep', ['100'], { reject: false });
    const mark = (await markOf(child.pid ?? 0)) ?? expect.fail('it does not run');
    const former = { ...mark, startedAt: mark.startedAt - 1 };
    expect(await alive(former)).toBe(false);
    await signal(former, 'SIGKILL');
    expect(await alive(mark)).toBe(true);
    await killAll(async () => ((await alive(mark)) ? [mark.pid] : []));
    expect((await child).signal).toBe('SIGKILL');
  });

  test('is killed when it does not heed the request to end', async () => {
    const child = execa('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'], {
      reject: false,
      buffer: false,
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await end((await markOf(child.pid ?? 0)) ?? expect.fail('it does not run'), 100);
    expect((await child).signal).toBe('SIGKILL');
  });
});

test('our own line leads from this process to the machine’s first', async () => {
  const line = await ownLine();
  expect(line.slice(0, 2)).toEqual([process.pid, process.ppid]);
  expect(new Set(line).size).toBe(line.length);
});
