import { homedir, tmpdir } from 'node:os';
import { parse as parseToml } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import type { Tree } from '../../render/tree.ts';
import { ownFiles } from './golden.ts';
import { ROOT, sources } from './scenarios.ts';

const parsers: [RegExp, (text: string) => void][] = [
  [/\.json$/, (text) => void JSON.parse(text)],
  [/\.toml$/, (text) => void parseToml(text)],
  [
    /\.ya?ml$/,
    (text) => {
      for (const { errors } of parseAllDocuments(text) as { errors: Error[] }[])
        if (errors[0]) throw errors[0];
    },
  ],
];

/** What must not be in any text. Hashes and versions are no times; a date in a comment of ours would be one. */
const UNWANTED: [string, RegExp | string][] = [
  ['a path of this machine', ROOT],
  ['a path of this machine', tmpdir() + '/'],
  ['a path of this machine', homedir() + '/.'],
  ['a time', /\b20\d\d-[01]\d-[0-3]\d([T ][0-2]\d:[0-5]\d)?/],
  [
    'a time',
    /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (\d\d? )?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/,
  ],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['handlebars', /\{\{[#/>]/],
  ['an object', '[object Object]'],
];

/** What is wrong with a rendered tree, whatever the cluster is. */
export function flawsOf(tree: Tree): string[] {
  const own = ownFiles(tree);
  return [...tree].flatMap(([path, text]) => [
    ...(/^[\w.:@+-]+(\/[\w.:@+-]+)*$/.test(path) && !path.includes('..') && !path.endsWith('.hbs')
      ? []
      : [`${path} is no path for a file`]),
    ...UNWANTED.flatMap(([what, found]) => {
      const where = typeof found === 'string' ? text.indexOf(found) : text.search(found);
      return where < 0 ? [] : [`${path} has ${what}: ${JSON.stringify(text.slice(where, where + 40))}`];
    }),
    ...(own.has(path) ? flawsOfOwn(path, text) : []),
  ]);
}

/** Ansible evaluates what is in braces in its variables: no text of cluster.yaml may bring them there. */
const VARIABLES = /^ansible\/(group_vars|host_vars|inventory)\//;

/** Of files that differ from cluster to cluster; roles may speak of what is undefined. */
function flawsOfOwn(path: string, text: string): string[] {
  const flaws = /\bundefined\b/.test(text) ? [`${path} has undefined`] : [];
  // `.hbs` files hold no Jinja; what is left of braces was not rendered.
  if (
    [...sources.keys()].some(
      (source) =>
        source.endsWith('.hbs') && source.endsWith(`${path.replace(/^ansible\/(roles\/)?/, '')}.hbs`),
    )
  )
    if (text.includes('{{')) flaws.push(`${path} has braces`);
  if (VARIABLES.test(path) && /\{[{%#]/.test(text)) flaws.push(`${path} has braces that Ansible evaluates`);
  const parser = parsers.find(([name]) => name.test(path))?.[1];
  try {
    parser?.(text);
  } catch (error) {
    flaws.push(`${path} can't be parsed: ${(error as Error).message}`);
  }
  return flaws;
}
