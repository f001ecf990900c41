import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './state.ts';

/** The private key with which the lab's user reaches the hosts of clusters that `kubehaus-lab cluster` wrote. */
export function sshKeyFile(lab: Lab): string {
  return join(lab.folder, 'ssh_key');
}

/** Makes the key where there is none. Returns the public half, as it stands in a .pub file. */
export async function sshPublicKey(lab: Lab): Promise<string> {
  const file = sshKeyFile(lab);
  if (!existsSync(file)) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `lab-${lab.name}`, '-f', file]);
  }
  return (await readFile(`${file}.pub`, 'utf8')).trim();
}
