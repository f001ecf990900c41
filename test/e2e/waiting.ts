import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats a check until it throws no more; its last error is thrown after `seconds`. */
export async function eventually<T>(seconds: number, check: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(1000);
    }
  }
}
