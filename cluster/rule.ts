import type { ClusterLock } from './lock.ts';
import type { Parsed } from './parse.ts';
import type { Problem } from './problem.ts';
import type { ClusterConfig, WorkerPool } from './schema.ts';
import type { Source } from './source.ts';
import { known } from './unreadable.ts';

/** What is known from before: the lock, and whether some of its servers are known to be made. */
export interface Before extends Parsed<ClusterLock> {
  readonly serversMade: boolean;
}

/**
 * A rule that needs more than one field, or the lock. Each problem has the path of the field that the user would change. A rule
 * may run on a file of which a part is wrong: it ends where it reads that part (unreadable.ts), so one that goes through several
 * things does it with `eachOf` or `known`, lest one of them hides the others.
 */
export type Rule = (config: ClusterConfig, source: Source, before: Before) => Problem[];

/** What is wrong with each item by itself; an item with a field that is wrong and needed is passed over. */
export function eachOf<T>(
  items: readonly T[],
  check: (item: T, index: number) => readonly Problem[],
): Problem[] {
  return [...items.keys()].flatMap((index) => known(() => check(items[index] as T, index)) ?? []);
}

export function eachPool(
  config: ClusterConfig,
  check: (pool: WorkerPool, index: number) => readonly Problem[],
): Problem[] {
  return eachOf(config.workers, check);
}
