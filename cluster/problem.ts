/** One thing that is wrong with the input. Problems are collected, never thrown one by one. */
export interface Problem {
  /** Where: the file's name, e.g. `cluster.yaml`. */
  readonly file: string;
  /** Path in the file, e.g. `workers[0].count`; empty for the whole file. */
  readonly path: string;
  /** Line in the file, from 1; absent where the value is a default. */
  readonly line?: number;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
  /** What to do about it, as a sentence without a full stop. */
  readonly remedy: string;
}

/** Either a value or everything that is wrong with the input; never both. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** As a reader of the file meets them; what stands nowhere, since it is missing, comes last. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ line = Infinity }: Problem) => line;
  return [...problems].sort(
    (one, other) =>
      (one.file < other.file ? -1 : one.file > other.file ? 1 : 0) ||
      (rank(one) === rank(other) ? 0 : rank(one) - rank(other)),
  );
}

/** `cluster.yaml:12 workers[0].count: message. Remedy.` */
export function formatProblem(problem: Problem): string {
  const where = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  const end = problem.remedy.endsWith('?') ? '' : '.';
  return `${where}${path}: ${problem.message}. ${problem.remedy}${end}`;
}

/** `['workers', 0, 'count']` becomes `workers[0].count`; a key that would not be told apart stands in brackets and quotes. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[\w-]+$/.test(String(key))) return `${text}[${JSON.stringify(String(key))}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
