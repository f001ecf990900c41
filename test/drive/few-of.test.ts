import { expect, it } from 'vitest';
import { fewOf } from '../../drive/few-of.ts';

it('names all when there is room, else the first and how many more there are', () => {
  expect(fewOf([], 2)).toBe('');
  expect(fewOf(['a', 'b'], 2)).toBe('a, b');
  expect(fewOf(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
