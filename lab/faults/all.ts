import { askApi } from '../ask-api.ts';
import type { NetworkFault } from '../network/fault-ruleset.ts';
import { networkFaults } from '../network/faults.ts';
import type { Lab } from '../state.ts';
import { diskStates, freeDisk } from './disk.ts';
import { hostNamed, hostsOf } from './host-named.ts';
import { heal } from './network.ts';
import { frozen, thaw } from './processes.ts';

/** All that goes wrong in the lab now, and the disks that could be full; as plain data, to be printed. */
export async function allFaults(lab: Lab): Promise<object> {
  const [{ faults }, limits, hosts] = await Promise.all([
    askApi(lab, 'GET', '/_lab/faults') as Promise<{ faults: unknown }>,
    askApi(lab, 'GET', '/_lab/limits'),
    hostsOf(lab),
  ]);
  const [network, stopped, disks] = await Promise.all([networkFaults(lab), frozen(lab), diskStates(lab)]);
  const nameOf = (id: number) => hosts.find((host) => host.id === id)?.name ?? `${id} (gone)`;
  return {
    faults,
    limits,
    network: network.map((fault) => inNames(fault, nameOf)),
    frozen: stopped.map(({ host, name, pid }) => ({ host, process: name, pid })),
    disks,
  };
}

/** Undoes all of it: the network heals, what is frozen goes on, disks are freed, the API works. A host that is off stays so. */
export async function clearFaults(lab: Lab): Promise<void> {
  await heal(lab);
  for (const host of await hostsOf(lab)) await thaw(lab, host);
  for (const { host, path, filled } of await diskStates(lab)) {
    if (filled) await freeDisk(lab, await hostNamed(lab, host), path);
  }
  await askApi(lab, 'DELETE', '/_lab/faults');
  await askApi(lab, 'DELETE', '/_lab/limits');
}

/** The fault with its hosts' names in the place of their ids. */
function inNames(fault: NetworkFault, nameOf: (id: number) => string): object {
  switch (fault.kind) {
    case 'cut-off':
      return { ...fault, host: nameOf(fault.host) };
    case 'partition':
      return { ...fault, hosts: fault.hosts.map(nameOf), from: fault.from.map(nameOf) };
    case 'one-way-loss':
      return { ...fault, from: fault.from.map(nameOf), to: fault.to.map(nameOf) };
    case 'ssh-refused':
      return {
        ...fault,
        host: nameOf(fault.host),
        until: new Date(fault.until * 1000).toISOString(),
      };
    default:
      return fault satisfies never;
  }
}
