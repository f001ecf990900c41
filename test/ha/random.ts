import { createHash } from 'node:crypto';

/** Numbers in [0, 1), always the same ones for a seed: each is made of the seed and how many there were before. */
export function randomFrom(seed: string): () => number {
  let count = 0;
  return () => {
    const hash = createHash('sha256').update(`${seed}/${count}`).digest();
    count += 1;
    return hash.readUInt32BE() / 2 ** 32;
  };
}

/** One of a list that is not empty. */
export function oneOf<T>(random: () => number, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** The same things in an order of chance (Fisher and Yates'). */
export function shuffled<T>(random: () => number, list: readonly T[]): readonly T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
