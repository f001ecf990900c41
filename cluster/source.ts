import { isCollection, isNode, isScalar, type Document, type LineCounter } from 'yaml';
import { formatPath, type Problem } from './problem.ts';

/** A parsed YAML file that still knows where everything stood. */
export interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * A problem at `path`, with the line where that path (or its nearest parent that is written down) stands. What a user wrote
 * may be in the words; they take one line all the same.
 */
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
    message: oneLine(message),
    remedy: oneLine(remedy),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

/** The single value at a path as it is written, without its quotes; undefined when none is. */
export function writtenAt(source: Source, path: readonly PropertyKey[]): string | undefined {
  const node = source.document.getIn(path, true);
  return isScalar(node) ? node.source : undefined;
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
