import { z } from 'zod';
import { remedied } from './values.ts';

/** Path of a field that is not the user's, and what to know once it is removed: `chosenIn` or `fixed`. */
type Owned = readonly [path: readonly string[], instead: string];

/** Other fields of cluster.yaml stand for it. */
export const chosenIn = (fields: string) => `what may be chosen of it is in ${fields}`;

/** It can only be as kubehaus sets it. */
export const fixed = (why: string) => `it cannot be chosen: ${why}`;

/** Settings that are handed on as they are, but for those that kubehaus sets: these are refused, lest they are dropped in silence. */
export function settingsBut(owned: readonly Owned[]) {
  return z
    .record(z.string(), z.unknown())
    .check((context) => {
      for (const [path, instead] of owned) {
        if (settingAt(context.value, path) === undefined) continue;
        context.issues.push({
          code: 'custom',
          input: context.value,
          path: [...path],
          message: `kubehaus sets "${path.at(-1)}" itself, since other parts of the cluster depend on it`,
          ...remedied(`Remove it; ${instead}`),
        });
      }
    })
    .default({});
}

/** What stands at a path of settings; undefined where nothing does. */
export function settingAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    settings,
  );
}
