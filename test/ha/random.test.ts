import fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneOf, randomFrom, shuffled } from './random.ts';

it('gives the same numbers for a seed, others for another, all in [0, 1)', () => {
  const numbers = (seed: string): readonly number[] => {
    const random = randomFrom(seed);
    return Array.from({ length: 100 }, random);
  };
  expect(numbers('a')).toEqual(numbers('a'));
  expect(numbers('a')).not.toEqual(numbers('b'));
  expect(numbers('a').every((number) => number >= 0 && number < 1)).toBe(true);
});

it('shuffles without losing anything, and chooses one of what is there', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.integer(), { minLength: 1 }), (seed, list) => {
      const mixed = shuffled(randomFrom(seed), list);
      expect(mixed.toSorted((a, b) => a - b)).toEqual(list.toSorted((a, b) => a - b));
      expect(list).toContain(oneOf(randomFrom(seed), list));
    }),
  );
});
