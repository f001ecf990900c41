import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { brokenFields, explain } from './explain.ts';
import { conflictsIn } from './merge-conflict.ts';
import type { Problem } from './problem.ts';
import type { Source } from './source.ts';
import { unreadable, withUnreadable } from './unreadable.ts';

/** What a file says, as far as it is right. */
export interface Parsed<T> {
  /** Fields that are wrong can't be read (unreadable.ts); without problems there are none. */
  readonly value: T;
  readonly source: Source;
  readonly problems: readonly Problem[];
}

/** What to do about a file. */
export interface Remedies {
  /** That Git could not merge. */
  readonly conflict: string;
  /** With any other problem; without it, each problem has a remedy of its own. */
  readonly others?: string;
}

const BY_HAND: Remedies = {
  conflict:
    'Choose between the two sides, or take both, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>',
};

/**
 * Parses a YAML file: its syntax, then each field by the schema. Every problem is reported, not only the first, and what is
 * right is returned all the same, for the rules that concern several fields (validate.ts).
 */
export function parseYaml<Schema extends z.ZodType<object>>(
  text: string,
  file: string,
  schema: Schema,
  remedies = BY_HAND,
): Parsed<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const source = { file, document, lines };
  const nothing = (problems: readonly Omit<Problem, 'file' | 'path'>[]) => ({
    value: unreadable<z.output<Schema>>(),
    source,
    problems: problems.map((problem) => ({ file, path: '', ...problem })),
  });

  const conflicts = conflictsIn(text);
  if (conflicts.length > 0)
    return nothing(
      conflicts.map((line) => ({
        line,
        message: 'two versions of the file meet here that Git could not merge',
        remedy: remedies.conflict,
      })),
    );
  if (document.errors.length > 0)
    return nothing(
      document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        message: `is not valid YAML: ${error.message}`,
        remedy: remedies.others ?? 'Mend the syntax at this line',
      })),
    );
  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    // Aliases that stand for too much (https://eemeli.org/yaml/#parse-options, maxAliasCount).
    return nothing([
      {
        message: `is not valid YAML: ${(error as Error).message}`,
        remedy: remedies.others ?? 'Write it without aliases',
      },
    ]);
  }

  const parsed = schema.safeParse(data ?? {}, { reportInput: true });
  if (parsed.success) return { value: parsed.data, source, problems: [] };
  const { issues } = parsed.error;
  return {
    value: withUnreadable(partOf(schema, data ?? {}), brokenFields(issues, schema)),
    source,
    problems: issues
      .flatMap((issue) => explain(issue, source, schema))
      .map((problem) => ({ ...problem, remedy: remedies.others ?? problem.remedy })),
  };
}

/**
 * What zod made of the input, with its defaults, although some of it is wrong. `safeParse` holds that back; `_zod.run` is what
 * it calls, and what zod's own schemas call of each other.
 */
function partOf<Schema extends z.ZodType<object>>(schema: Schema, data: unknown): z.output<Schema> {
  const payload = schema._zod.run({ value: data, issues: [] }, { async: false });
  if (payload instanceof Promise) throw new Error('the schema has an asynchronous check');
  return payload.value as z.output<Schema>;
}
