import { execa } from 'execa';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PrivateNic } from '../hosts/machines.ts';
import { hostName, privateNamespace, wire } from '../names.ts';
import { packageFile } from '../package-files.ts';
import type { Lab } from '../state.ts';

/** Where a lab keeps what private interfaces a host has, in the form that hold-networks.sh reads. */
export function privateNicsFile(lab: Lab, id: number): string {
  return join(lab.folder, 'private-networks', String(id));
}

/** Keeps a host's private interfaces, and gives them to it when it runs; otherwise it gets them when it boots. */
export async function setPrivateNics(lab: Lab, id: number, nics: readonly PrivateNic[]): Promise<void> {
  const file = privateNicsFile(lab, id);
  const lines = nics.map(({ network, mac, ip, range, gateway }) =>
    [privateNamespace(lab.name, network), mac, ip, range, gateway].join(' '),
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  await execa(packageFile('lab/network/hold-networks.sh'), [hostName(lab.name, id), wire(id), file]);
}

/** Forgets them; the interfaces themselves go with the host. */
export async function forgetPrivateNics(lab: Lab, id: number): Promise<void> {
  await rm(privateNicsFile(lab, id), { force: true });
}
