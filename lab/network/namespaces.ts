import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { controlNamespace, hostName, wire } from '../names.ts';
import type { Lab } from '../state.ts';
import { apiAddress, mirrorAddress } from './addresses.ts';

const folder = '/run/netns';

/** The names of all network namespaces that have one, on this machine. */
export async function namespaces(): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

export function namespaceExists(name: string): boolean {
  return existsSync(`${folder}/${name}`);
}

/** The program and arguments that run a command in the lab's control namespace; all but the network is the machine's. */
export function inControlNamespace(lab: Lab, command: readonly string[]): readonly [string, ...string[]] {
  return ['nsenter', `--net=${folder}/${controlNamespace(lab.name)}`, '--', ...command];
}

/**
 * Makes the lab's control namespace, or finds it in place: the addresses of API and mirror, and a router for the hosts. It has
 * no way to the machine's own network, so no packet can leave.
 */
export async function makeControlNamespace(lab: Lab): Promise<void> {
  const name = controlNamespace(lab.name);
  if (!namespaceExists(name)) await execa('ip', ['netns', 'add', name]);
  await execa('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  for (const address of [apiAddress, mirrorAddress]) {
    await execa('ip', ['-n', name, 'address', 'replace', `${address}/32`, 'dev', 'lo']);
  }
  const [program, ...args] = inControlNamespace(lab, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await execa(program, args);
}

/**
 * From now on no packet leaves the host: or the kernel would say goodbye (FIN, RST) to the peers of its processes when they are
 * killed, as no kernel can that has lost its power. Does nothing to a host that has no network.
 */
export async function silence(lab: Lab, id: number): Promise<void> {
  const name = hostName(lab.name, id);
  if (!namespaceExists(name)) return;
  const nothingLeaves = 'type filter hook postrouting priority raw; policy drop;';
  const ruleset = `table inet lab-no-power { chain postrouting { ${nothingLeaves} }; }`;
  // A host may end by itself meanwhile, and its namespace with it.
  await execa('nsenter', [`--net=${folder}/${name}`, '--', 'nft', ruleset], { reject: false });
}

/** Pulls a host's wire and removes its network namespace, as far as they are there. */
export async function unplug(lab: Lab, id: number): Promise<void> {
  const control = controlNamespace(lab.name);
  if (namespaceExists(control)) {
    const { stdout } = await execa('ip', ['-n', control, '-brief', 'link', 'show']);
    const plugged = stdout.split('\n').some((line) => line.startsWith(`${wire(id)}@`));
    // The wire may have gone since, with the namespace at its other end.
    if (plugged) await execa('ip', ['-n', control, 'link', 'delete', wire(id)], { reject: false });
  }
  await removeNamespace(hostName(lab.name, id));
}

/** Does nothing when there is none. A namespace that processes still use lives on without its name until they end. */
export async function removeNamespace(name: string): Promise<void> {
  if (namespaceExists(name)) await execa('ip', ['netns', 'delete', name]);
}
