import { isCollection, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { formatPath, type Problem, type Result } from './problem.ts';
import { clusterSchema, type ClusterConfig } from './schema.ts';

/** A parsed YAML file that still knows where everything stood. */
export interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Parses cluster.yaml: YAML syntax, then the schema; rules that need the whole cluster are in validate.ts.
 * Every problem is reported, not only the first.
 */
export function parseClusterYaml(
  text: string,
  file = 'cluster.yaml',
): Result<{ config: ClusterConfig; source: Source }> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => ({
        file,
        path: '',
        line: lines.linePos(error.pos[0]).line,
        message: `is not valid YAML: ${error.message}`,
        remedy: 'Mend the syntax at this line',
      })),
    };
  }
  const source = { file, document, lines };
  const parsed = clusterSchema.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => explain(issue, source)) };
  return { ok: true, value: { config: parsed.data, source } };
}

/** A problem at `path`, with the line where that path (or its nearest parent that is written down) stands. */
export function problemAt(
  source: Source,
  path: readonly PropertyKey[],
  message: string,
  remedy: string,
): Problem {
  const line = lineOf(source, path);
  return {
    file: source.file,
    path: formatPath(path),
    ...(line === undefined ? {} : { line }),
    message,
    remedy,
  };
}

function lineOf(source: Source, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent = source.document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isCollection(parent)
      ? (parent.items as { key?: unknown; value?: unknown }[]).find(
          (item) => isNode(item.key) && (item.key as { value?: unknown }).value === key,
        )
      : undefined;
    const node = pair?.key ?? source.document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return source.lines.linePos(node.range[0]).line;
  }
  return undefined;
}

function explain(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const at = (message: string, remedy: string, path: readonly PropertyKey[] = issue.path) =>
    problemAt(source, path, message, remedy);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(issue.path);
        if (known.includes(key))
          return at(
            `the field "${key}" belongs to another choice than the one that is made here`,
            `Remove it, or choose otherwise: see ${formatPath(issue.path)} in docs/configuration.md`,
            [...issue.path, key],
          );
        const near = nearest(key, known);
        return at(
          `unknown field "${key}"`,
          near ? `Did you mean "${near}"?` : `Remove it; known here: ${known.join(', ')}`,
          [...issue.path, key],
        );
      });
    case 'invalid_value':
      return [
        at(
          `${show(issue.input)} is not one of the allowed values`,
          `Choose one of ${issue.values.map(String).join(', ')}`,
        ),
      ];
    case 'invalid_type':
      return [
        issue.input === undefined
          ? at(
              'is missing',
              `Add it: ${issue.expected === 'object' ? `a map with ${knownKeys(issue.path).join(', ')}` : `a value of type ${issue.expected}`}`,
            )
          : at(
              `${show(issue.input)} is not of type ${issue.expected}`,
              `Write a value of type ${issue.expected}`,
            ),
      ];
    case 'too_small':
      return [at(`${show(issue.input)} is below the minimum`, `Use at least ${String(issue.minimum)}`)];
    case 'too_big':
      return [at(`${show(issue.input)} is above the maximum`, `Use at most ${String(issue.maximum)}`)];
    case 'invalid_key':
      return issue.issues.flatMap((inner) => explain({ ...inner, path: issue.path }, source));
    case 'invalid_union': {
      // zod lists the options, which its types leave out.
      const { discriminator, options } = issue as typeof issue & { readonly options?: readonly unknown[] };
      if (discriminator === undefined)
        return [at(`${show(issue.input)} is of no type that can stand here`, 'See docs/configuration.md')];
      const given = (issue.input as Record<string, unknown>)[discriminator];
      // A choice that is made by default is listed as undefined, too.
      const choices = `one of ${(options ?? []).filter((option) => option !== undefined).join(', ')}`;
      return [
        given === undefined
          ? at('is missing', `Add it: ${choices}`)
          : at(`${show(given)} is not one of the allowed values`, `Choose ${choices}`),
      ];
    }
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

/** `pattern` is that of the URL's protocol, where not all will do. */
function urlRemedy(pattern: string | undefined): string {
  return pattern === undefined
    ? 'Write it with its scheme, for example https://example.org'
    : 'Write it with https:// in front';
}

function show(input: unknown): string {
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : `a list of ${input.length}`;
  return JSON.stringify(input) ?? 'nothing';
}

/** Names of the fields that the schema knows at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schemas: unknown[] = [clusterSchema];
  for (const key of path) schemas = schemas.flatMap((schema) => step(unwrap(schema), key));
  return [
    ...new Set(schemas.flatMap((schema) => unwrap(schema).flatMap((one) => Object.keys(shapeOf(one) ?? {})))),
  ];
}

interface Definition {
  type: string;
  innerType?: unknown;
  /** Of a pipe: what the user writes. */
  in?: unknown;
  element?: unknown;
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
    const { element, shape } = definitionOf(schema);
    const next = typeof key === 'number' ? element : shape?.[String(key)];
    return next === undefined ? [] : [next];
  });
}

/** The known name with the fewest edits, when it is near enough to be a slip of the fingers. */
function nearest(word: string, known: readonly string[]): string | undefined {
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
