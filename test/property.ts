import fc from 'fast-check';

/** The same configurations in every run of CI; a failure prints the seed and the path that lead to its example again. */
const SEED = 20;

/**
 * Holds a property for `runs` made-up values. PROPERTY_SEED=<number> makes other values, PROPERTY_RUNS=<factor> more of them
 * (docs/architecture.md, "Tests").
 */
export function holds<T extends unknown[]>(property: fc.IProperty<T>, runs?: number): void;
export function holds<T extends unknown[]>(property: fc.IAsyncProperty<T>, runs?: number): Promise<void>;
export function holds<T extends unknown[]>(property: fc.IRawProperty<T>, runs = 100): Promise<void> | void {
  const { PROPERTY_SEED = SEED, PROPERTY_RUNS = 1 } = process.env;
  return fc.assert(property, { seed: Number(PROPERTY_SEED), numRuns: runs * Number(PROPERTY_RUNS) });
}
