import { execa } from 'execa';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ClusterFolder } from './cluster-folder.ts';
import { limitWithoutHosts } from './errors.ts';
import { withoutToken } from './hetzner-token.ts';
import type { Tool } from './tools.ts';

/** What `ansible-inventory --list` prints: the hosts of each group, and much that is of no interest here. */
const inventorySchema = z.record(z.string(), z.object({ hosts: z.array(z.string()).default([]) }));

/** Options of ansible-playbook that take a value, by their short names: what follows one is not another option. */
const WITH_VALUE = {
  limit: 'l',
  tags: 't',
  'extra-vars': 'e',
  inventory: 'i',
  forks: 'f',
  user: 'u',
  connection: 'c',
};

/** What says which hosts a run is for. */
export interface Limit {
  /** Pattern of `--limit` (`-l`); the last one counts. */
  readonly pattern: string;
  /** Inventories that replace the project's own. */
  readonly inventories: readonly string[];
}

/** The limit among arguments of ansible-playbook; undefined without one. As there, a beginning of a long name will do. */
export function limitIn(ansibleArguments: readonly string[]): Limit | undefined {
  const whole = ansibleArguments.map((argument) => argument.replace(/^--l(i(m(i)?)?)?(?==|$)/, '--limit'));
  const options = Object.fromEntries(
    Object.entries(WITH_VALUE).map(
      ([name, short]) => [name, { type: 'string', short, multiple: true }] as const,
    ),
  );
  const { values } = parseArgs({ args: whole, options, strict: false, allowPositionals: true });
  const texts = (name: string) =>
    [values[name] ?? []].flat().filter((value): value is string => typeof value === 'string');
  const pattern = texts('limit').at(-1);
  return pattern === undefined ? undefined : { pattern, inventories: texts('inventory') };
}

/**
 * Names of the hosts that a pattern of `--limit` means, as Ansible itself reads it. Fails when it means none.
 */
export async function hostsOfLimit(
  folder: ClusterFolder,
  ansible: Tool,
  { pattern, inventories }: Limit,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  // Both programs come with ansible-core, in one folder.
  const file = ansible.file.includes('/')
    ? join(dirname(ansible.file), 'ansible-inventory')
    : 'ansible-inventory';
  const asked = await execa(
    file,
    ['--list', `--limit=${pattern}`, ...inventories.map((path) => `--inventory=${path}`)],
    {
      cwd: folder.ansible,
      env: { ...withoutToken(env), ANSIBLE_CONFIG: join(folder.ansible, 'ansible.cfg') },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    },
  );
  if (asked.exitCode !== 0) throw limitWithoutHosts(pattern, asked.stderr || asked.shortMessage || '');
  const groups = Object.values(inventorySchema.parse(JSON.parse(asked.stdout)));
  const names = [...new Set(groups.flatMap(({ hosts }) => hosts))];
  if (names.length === 0) throw limitWithoutHosts(pattern, asked.stderr);
  return names;
}
