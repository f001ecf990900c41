import type { Tree } from '../../render/tree.ts';
import { sources } from './scenarios.ts';

/** What a scenario makes; files that every cluster gets as they are stand in playbook-templates/ and roles/ already. */
export function ownFiles(tree: Tree): Map<string, string> {
  const verbatim = new Set([...sources].filter(([path]) => !path.endsWith('.hbs')).map(([, text]) => text));
  return new Map([...tree].filter(([, text]) => !verbatim.has(text)));
}

/** Of more files than this, no one reads each. */
const MANY_FILES = 100;
const MANY_LINES = 400;
const SHOWN_LINES = 60;

/**
 * What stands in a scenario's expected/: its own files. A big cluster's tree is there in short: of its nodes' files the first and
 * the last, of a long file its beginning and its end.
 */
export function goldenOf(tree: Tree): Map<string, string> {
  const own = ownFiles(tree);
  if (own.size <= MANY_FILES) return own;
  const nodes = [...own.keys()].filter((path) => path.startsWith('ansible/host_vars/'));
  const leftOut = new Set(nodes.slice(1, -1));
  return new Map(
    [...own].flatMap(([path, text]) => (leftOut.has(path) ? [] : [[path, inShort(text)] as const])),
  );
}

function inShort(text: string): string {
  const lines = text.split('\n');
  if (lines.length <= MANY_LINES) return text;
  const middle = `… ${lines.length - 2 * SHOWN_LINES} lines …`;
  return [...lines.slice(0, SHOWN_LINES), middle, ...lines.slice(-SHOWN_LINES)].join('\n');
}
