import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FirewallRule } from '../hosts/machines.ts';
import { controlNamespace } from '../names.ts';
import type { Lab } from '../state.ts';
import { inControlNamespace, namespaceExists } from './namespaces.ts';
import { ruleset } from './ruleset.ts';

/** Keeps the rules of a host's firewall, or forgets them (undefined), and holds what is kept. Not to be called twice at once. */
export async function setFirewall(
  lab: Lab,
  id: number,
  rules: readonly FirewallRule[] | undefined,
): Promise<void> {
  const file = join(folder(lab), `${id}.json`);
  await mkdir(folder(lab), { recursive: true });
  if (rules === undefined) await rm(file, { force: true });
  else await writeFile(file, JSON.stringify(rules));
  if (namespaceExists(controlNamespace(lab.name))) await holdFirewalls(lab);
}

/** Loads the rules of all firewalls that the lab keeps into its control namespace. */
export async function holdFirewalls(lab: Lab): Promise<void> {
  const [program, ...args] = inControlNamespace(lab, ['nft', '-f', '-']);
  await execa(program, args, { input: ruleset(await readFirewalls(lab)) });
}

async function readFirewalls(lab: Lab): Promise<ReadonlyMap<number, readonly FirewallRule[]>> {
  if (!existsSync(folder(lab))) return new Map();
  const files = await readdir(folder(lab));
  const entries = files.map(async (file) => {
    const rules = JSON.parse(await readFile(join(folder(lab), file), 'utf8')) as readonly FirewallRule[];
    return [Number(basename(file, '.json')), rules] as const;
  });
  return new Map(await Promise.all(entries));
}

function folder(lab: Lab): string {
  return join(lab.folder, 'firewalls');
}
