import type { z } from 'zod';

/** Names of the fields that a schema knows at a path. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((one) => Object.keys(shapeOf(one) ?? {})))];
}

/** The schemas of what may stand at a path: one, or each variant of a union. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  let schemas = unwrap(schema);
  for (const key of path) schemas = step(schemas, key).flatMap(unwrap);
  return schemas as z.ZodType[];
}

interface Definition {
  type: string;
  innerType?: unknown;
  /** Of a pipe: what the user writes. */
  in?: unknown;
  element?: unknown;
  /** Of a record: what each key stands for. */
  valueType?: unknown;
  options?: unknown[];
  shape?: Record<string, unknown>;
}

const definitionOf = (schema: unknown) => (schema as { def: Definition }).def;
const shapeOf = (schema: unknown) => definitionOf(schema).shape;

/** The object schemas behind defaults, optionals and unions. */
function unwrap(schema: unknown): unknown[] {
  const { innerType, in: written, options } = definitionOf(schema);
  if (innerType !== undefined) return unwrap(innerType);
  if (written !== undefined) return unwrap(written);
  if (options !== undefined) return options.flatMap(unwrap);
  return [schema];
}

function step(schemas: unknown[], key: PropertyKey): unknown[] {
  return schemas.flatMap((schema) => {
    const { element, valueType, shape = {} } = definitionOf(schema);
    const field = Object.entries(shape).find(([name]) => name === key)?.[1];
    const next = (typeof key === 'number' ? element : undefined) ?? field ?? valueType;
    return next === undefined ? [] : [next];
  });
}

/** The known name with the fewest edits, when it is near enough to be a slip of the fingers. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({
    name,
    distance: editDistance(word.toLowerCase(), name.toLowerCase()),
  }));
  const best = ranked.sort((one, other) => one.distance - other.distance)[0];
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.name : undefined;
}

function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
