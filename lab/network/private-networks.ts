import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PrivateNic } from '../hosts/machines.ts';
import { hostName, privateNamespace, privateNamespacePrefix, wire } from '../names.ts';
import { packageFile } from '../package-files.ts';
import type { Lab } from '../state.ts';
import { faultRulesetFile } from './fault-files.ts';
import { namespaces, removeNamespace } from './namespaces.ts';

/** Where a lab keeps what private interfaces a host has, in the form that hold-networks.sh reads. */
export function privateNicsFile(lab: Lab, id: number): string {
  return join(lab.folder, 'private-networks', String(id));
}

/**
 * Keeps a host's private interfaces, and gives them to it when it runs; otherwise it gets them when it boots. Not to be called
 * twice at once.
 */
export async function setPrivateNics(lab: Lab, id: number, nics: readonly PrivateNic[]): Promise<void> {
  const file = privateNicsFile(lab, id);
  const lines = nics.map(({ network, mac, ip, range, gateway }) =>
    [privateNamespace(lab.name, network), mac, ip, range, gateway].join(' '),
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  await execa(packageFile('lab/network/hold-networks.sh'), [
    hostName(lab.name, id),
    wire(id),
    file,
    faultRulesetFile(lab),
  ]);
  await removeEmptyNetworks(lab);
}

/** Forgets them; the interfaces themselves go with the host. Not to be called twice at once. */
export async function forgetPrivateNics(lab: Lab, id: number): Promise<void> {
  await rm(privateNicsFile(lab, id), { force: true });
  await removeEmptyNetworks(lab);
}

/** The namespaces of a lab's private networks. */
export async function privateNamespaces(lab: Lab): Promise<readonly string[]> {
  return (await namespaces()).filter((name) => name.startsWith(privateNamespacePrefix(lab.name)));
}

async function removeEmptyNetworks(lab: Lab): Promise<void> {
  const folder = join(lab.folder, 'private-networks');
  const files = existsSync(folder) ? await readdir(folder) : [];
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const used = new Set(texts.flatMap((text) => text.split('\n').map((line) => line.split(' ')[0])));
  for (const name of await privateNamespaces(lab)) if (!used.has(name)) await removeNamespace(name);
}
