import type { z } from 'zod';
import { formatPath, type Problem } from './problem.ts';
import { knownKeys, nearest, schemasAt } from './known-fields.ts';
import { problemAt, writtenAt, type Source } from './source.ts';

/** What zod found at one place, in the words of cluster.yaml: one problem, or one for each unknown field. */
export function explain(issue: z.core.$ZodIssue, source: Source, schema: z.ZodType): Problem[] {
  const at = (message: string, remedy: string, path: readonly PropertyKey[] = issue.path) =>
    problemAt(source, path, message, remedy);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const fields = knownKeys(schema, issue.path);
        if (fields.includes(key))
          return at(
            `the field ${show(key)} belongs to another choice than the one that is made here`,
            `Remove it, or choose otherwise: see ${formatPath(issue.path)} in docs/configuration.md`,
            [...issue.path, key],
          );
        const near = nearest(key, fields);
        return at(
          `unknown field ${show(key)}`,
          near ? `Did you mean "${near}"?` : `Remove it; known here: ${fields.join(', ')}`,
          [...issue.path, key],
        );
      });
    case 'invalid_value':
      return [
        issue.input === undefined
          ? at('is missing', `Add it: one of ${issue.values.map(String).join(', ')}`)
          : at(
              `${show(issue.input)} is not one of the allowed values`,
              `Choose one of ${issue.values.map(String).join(', ')}`,
            ),
      ];
    case 'invalid_type': {
      const inQuotes = wrongInQuotes(issue, source, schema);
      if (inQuotes.length > 0) return inQuotes;
      return [wrongKind([issue.expected], issue.input, issue.path, source, knownKeys(schema, issue.path))];
    }
    case 'too_small':
      return [
        issue.origin === 'string'
          ? at(`${show(issue.input)} is too short`, `Write at least ${characters(issue.minimum)}`)
          : issue.origin === 'array'
            ? at(`${show(issue.input)} is too short`, `List at least ${String(issue.minimum)}`)
            : at(`${show(issue.input)} is below the minimum`, `Use at least ${String(issue.minimum)}`),
      ];
    case 'too_big':
      return [
        issue.origin === 'string'
          ? at(`${show(issue.input)} is too long`, `Write at most ${characters(issue.maximum)}`)
          : at(`${show(issue.input)} is above the maximum`, `Use at most ${String(issue.maximum)}`),
      ];
    case 'invalid_key':
      return issue.issues.flatMap((inner) => explain({ ...inner, path: issue.path }, source, schema));
    case 'invalid_union':
      return explainUnion(issue, source, schema);
    case 'invalid_format':
      return issue.format === 'url'
        ? [at(`${show(issue.input)} is not a URL that can stand here`, urlRemedy(issue.pattern))]
        : [
            at(
              `${show(issue.input)} does not have the form that it must have`,
              `It must match ${issue.pattern}`,
            ),
          ];
    case 'custom':
      return [at(issue.message, (issue.params?.['remedy'] as string | undefined) ?? 'Correct this value')];
    default:
      return [at(`${show(issue.input)}: ${issue.message}`, 'Correct this value')];
  }
}

/**
 * Paths of the fields that are wrong, and so must not be relied on: where zod found something, the whole of a map whose kind is
 * not known, and the field that a misspelt name probably means.
 */
export function brokenFields(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
): readonly (readonly PropertyKey[])[] {
  return issues.flatMap((issue) => {
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.flatMap((key) => {
          const near = nearest(key, knownKeys(schema, issue.path));
          return near === undefined ? [] : [[...issue.path, near]];
        });
      case 'invalid_union':
        return [issue.discriminator === undefined ? issue.path : issue.path.slice(0, -1)];
      default:
        return [issue.path];
    }
  });
}

/** What would be wrong with a number or a boolean in quotes, where a text must stand: quotes alone would not help. */
function wrongInQuotes(issue: z.core.$ZodIssueInvalidType, source: Source, schema: z.ZodType): Problem[] {
  if (issue.expected !== 'string' || !['number', 'boolean'].includes(typeof issue.input)) return [];
  const written = writtenAt(source, issue.path) ?? String(issue.input);
  const [field] = schemasAt(schema, issue.path);
  return (field?.safeParse(written, { reportInput: true }).error?.issues ?? []).flatMap((inner) =>
    explain({ ...inner, path: [...issue.path, ...inner.path] }, source, schema),
  );
}

/** A value that fits none of several forms: if one form has the right kind of value, what is wrong is what that form says. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, source: Source, schema: z.ZodType): Problem[] {
  const { discriminator, input, path } = issue;
  if (discriminator !== undefined) {
    const given = (input as Record<string, unknown>)[discriminator];
    // zod lists the options, which its types leave out.
    const { options = [] } = issue as typeof issue & { readonly options?: readonly unknown[] };
    // A choice that is made by default is listed as undefined, too.
    const choices = `one of ${options.filter((option) => option !== undefined).join(', ')}`;
    return [
      given === undefined
        ? problemAt(source, path, 'is missing', `Add it: ${choices}`)
        : problemAt(source, path, `${show(given)} is not one of the allowed values`, `Choose ${choices}`),
      ...wrongInAllVariants(schemasAt(schema, path.slice(0, -1)), input, discriminator).flatMap((inner) =>
        explain({ ...inner, path: [...path.slice(0, -1), ...inner.path] }, source, schema),
      ),
    ];
  }
  const kinds: string[] = [];
  for (const inner of issue.errors) {
    const [first] = inner;
    if (first?.code === 'invalid_type' && first.path.length === 0) kinds.push(first.expected);
    else return inner.flatMap((one) => explain({ ...one, path: [...path, ...one.path] }, source, schema));
  }
  return [wrongKind(kinds, input, path, source, [])];
}

/** What is wrong with a map whichever kind of several it was meant to be; `discriminator` would tell. */
function wrongInAllVariants(variants: readonly z.ZodType[], input: unknown, discriminator: string) {
  const [first = [], ...others] = variants.map((variant) =>
    (variant.safeParse(input, { reportInput: true }).error?.issues ?? []).filter(
      ({ path }) => path[0] !== discriminator,
    ),
  );
  const text = (issue: z.core.$ZodIssue) => `${issue.path.join('.')}: ${issue.message}`;
  return first.filter((issue) =>
    others.every((issues) => issues.some((other) => text(other) === text(issue))),
  );
}

/** A value of another kind than all that may stand there. `fields` are those of a map. */
function wrongKind(
  expected: readonly string[],
  input: unknown,
  path: readonly PropertyKey[],
  source: Source,
  fields: readonly string[],
): Problem {
  const wanted = expected.map(inWords).join(' or ');
  const inFull = fields.length === 0 ? wanted : `${wanted} with ${fields.join(', ')}`;
  if (input === undefined) return problemAt(source, path, 'is missing', `Add it: ${inFull}`);
  const written = writtenAt(source, path) ?? String(input);
  const aNumber = expected.some((kind) => NUMBERS.has(kind));
  if (expected.includes('string') && !aNumber && (typeof input === 'number' || typeof input === 'boolean'))
    return problemAt(source, path, `${written} without quotes is no text`, `Put it in quotes: "${written}"`);
  if (aNumber && typeof input === 'string' && /^\d+$/.test(input))
    return problemAt(
      source,
      path,
      `${show(input)} in quotes is no number`,
      `Write it without quotes: ${input}`,
    );
  const single = typeof input === 'string' && expected.includes('array');
  return problemAt(
    source,
    path,
    `${show(input)} is not ${wanted}`,
    `Write ${single ? `a list: [${show(input)}]` : inFull}`,
  );
}

const NUMBERS: ReadonlySet<string> = new Set(['number', 'int']);

/** What zod calls the kinds of values, as a user of YAML does. All numbers of cluster.yaml are whole. */
function inWords(kind: string): string {
  switch (kind) {
    case 'object':
    case 'record':
      return 'a map';
    case 'array':
      return 'a list';
    case 'string':
      return 'a text';
    case 'number':
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    default:
      return kind;
  }
}

function characters(number: number | bigint): string {
  return `${number} character${Number(number) === 1 ? '' : 's'}`;
}

/** `pattern` is that of the URL's scheme. */
function urlRemedy(pattern = ''): string {
  return /^\W*https\W*$/.test(pattern)
    ? 'Write it with https:// in front'
    : 'Write it with its scheme, for example https://example.org';
}

const SHOWN_LENGTH = 60;

/** A value, short enough to be told; of a text its first line, since what follows may be a key that nobody should print. */
function show(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : `a list of ${input.length}`;
  if (typeof input === 'object') return 'a map';
  if (typeof input !== 'string') return String(input);
  const [line = ''] = input.split('\n');
  const shown = line.slice(0, SHOWN_LENGTH);
  return JSON.stringify(shown === input ? shown : `${shown}…`);
}
