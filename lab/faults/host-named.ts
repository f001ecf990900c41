import { environmentOfRunning } from '../environment.ts';
import { hostIds, readHost } from '../hosts/host-folder.ts';
import type { Lab } from '../state.ts';

/** A host, as faults name it. */
export interface Host {
  readonly id: number;
  readonly name: string;
}

/** The host with that server name or id. Fails when the lab is not up, or has none of that name; then it says which it has. */
export async function hostNamed(lab: Lab, nameOrId: string): Promise<Host> {
  const hosts = await hostsOf(lab);
  const found = hosts.find(({ id, name }) => name === nameOrId || String(id) === nameOrId);
  if (found !== undefined) return found;
  const there = hosts.map(({ id, name }) => `${name} (${id})`).join(', ');
  throw new Error(
    `Lab "${lab.name}" has no host ${nameOrId}. ${there === '' ? 'It has none at all: create a server first.' : `There are: ${there}.`}`,
  );
}

/** {@link hostNamed}, for several, each once, in the order of their ids. */
export async function hostsNamed(lab: Lab, namesOrIds: readonly string[]): Promise<readonly Host[]> {
  const found = await Promise.all(namesOrIds.map((nameOrId) => hostNamed(lab, nameOrId)));
  return [...new Map(found.map((host) => [host.id, host])).values()].sort((a, b) => a.id - b.id);
}

/** All hosts of a lab that is up, running or not. */
export async function hostsOf(lab: Lab): Promise<readonly Host[]> {
  await environmentOfRunning(lab);
  return Promise.all(
    (await hostIds(lab)).map(async (id) => {
      const { name } = await readHost(lab, id);
      return { id, name };
    }),
  );
}
