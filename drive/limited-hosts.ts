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

/** The pattern of `--limit` (`-l`) among arguments of ansible-playbook, which takes the last one; undefined without. */
export function limitIn(ansibleArguments: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: [...ansibleArguments],
    options: { limit: { type: 'string', short: 'l' } },
    strict: false,
    allowPositionals: true,
  });
  return typeof values.limit === 'string' ? values.limit : undefined;
}

/**
 * Names of the hosts that a pattern of `--limit` means, as Ansible itself reads it. Fails when it means none.
 */
export async function hostsOfLimit(
  folder: ClusterFolder,
  ansible: Tool,
  limit: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  // Both programs come with ansible-core, in one folder.
  const file = ansible.file.includes('/')
    ? join(dirname(ansible.file), 'ansible-inventory')
    : 'ansible-inventory';
  const asked = await execa(file, ['--list', `--limit=${limit}`], {
    cwd: folder.ansible,
    env: { ...withoutToken(env), ANSIBLE_CONFIG: join(folder.ansible, 'ansible.cfg') },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  if (asked.exitCode !== 0) throw limitWithoutHosts(limit, asked.stderr || asked.shortMessage || '');
  const groups = Object.values(inventorySchema.parse(JSON.parse(asked.stdout)));
  const names = [...new Set(groups.flatMap(({ hosts }) => hosts))];
  if (names.length === 0) throw limitWithoutHosts(limit, asked.stderr);
  return names;
}
