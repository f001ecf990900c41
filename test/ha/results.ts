import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Interruptions } from './interruptions.ts';
import type { Rehearsal } from './rehearse.ts';

/** What something was measured of: the last commit that changed what is measured; with `+` when there was more than that. */
export interface OfCommit {
  readonly commit: string;
}

/** A run of the suite, which may have been made in several goes: docs/ha.json, and all that docs/ha.md is made from. */
export interface Results {
  readonly seed: string;
  /** Processor and versions. */
  readonly machine: string;
  /** By where it was (`level 3`, or a load balancer's name), and by the drill and its round. */
  readonly rehearsals: Record<string, Record<string, Rehearsal & OfCommit>>;
  /** By where it was, `level 3`. */
  readonly interruptions: Record<string, Interruptions & OfCommit>;
}

/** The commits that something in there was measured of, the first one first. */
export function commitsOf({ rehearsals, interruptions }: Results): readonly string[] {
  const all = [
    ...Object.values(interruptions),
    ...Object.values(rehearsals).flatMap((of) => Object.values(of)),
  ];
  return [...new Set(all.map(({ commit }) => commit))];
}

const file = z.object({
  seed: z.string(),
  machine: z.string(),
  rehearsals: z.record(z.string(), z.record(z.string(), z.custom<Rehearsal & OfCommit>())),
  interruptions: z.record(z.string(), z.custom<Interruptions & OfCommit>()),
});

/** The results that are in a file; undefined when there is none. */
export async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : file.parse(JSON.parse(text));
}

/** Replaces the file as a whole, so that a run which is cut off loses nothing. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(results, undefined, 1)}\n`);
  await rename(`${path}.new`, path);
}
