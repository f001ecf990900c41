import type { NetworkFault } from '../network/fault-ruleset.ts';
import { changeNetworkFaults } from '../network/faults.ts';
import type { Lab } from '../state.ts';
import type { Host } from './host-named.ts';

/**
 * All packets from and to the host vanish without a word, in open connections as well, in public and private networks. That cuts
 * the operator's own way to it as well, unless `keepOperator`.
 */
export async function cutOff(lab: Lab, host: Host, keepOperator = false): Promise<void> {
  await addNetworkFault(lab, { kind: 'cut-off', host: host.id, keepOperator });
}

/** Packets between one of the one group and one of the other vanish, both ways. Refuses a host that is in both. */
export async function partition(lab: Lab, hosts: readonly Host[], from: readonly Host[]): Promise<void> {
  refuseOnBothSides(hosts, from);
  await addNetworkFault(lab, { kind: 'partition', hosts: idsOf(hosts), from: idsOf(from) });
}

/** Packets that go from one of the one group to one of the other vanish, so many percent of them; answers do not. */
export async function oneWayLoss(
  lab: Lab,
  from: readonly Host[],
  to: readonly Host[],
  percent = 100,
): Promise<void> {
  refuseOnBothSides(from, to);
  await addNetworkFault(lab, { kind: 'one-way-loss', from: idsOf(from), to: idsOf(to), percent });
}

/** Takes away what is wrong with the network: what names the host, or all. */
export async function heal(lab: Lab, host?: Host): Promise<void> {
  await changeNetworkFaults(lab, (faults) =>
    host === undefined ? [] : faults.filter((fault) => !namedBy(fault).includes(host.id)),
  );
}

/** Holds the fault from now on, in the place of one of its kind on the same hosts (and port), be that stronger or milder. */
export async function addNetworkFault(lab: Lab, fault: NetworkFault): Promise<void> {
  const place = placeOf(fault);
  await changeNetworkFaults(lab, (faults) => [...faults.filter((other) => placeOf(other) !== place), fault]);
}

/** Where a fault is: its kind and hosts (and port), and not how strong it is or how long it lasts. */
function placeOf(fault: NetworkFault): string {
  switch (fault.kind) {
    case 'cut-off':
      return `${fault.kind} ${fault.host}`;
    case 'ssh-refused':
      return `${fault.kind} ${fault.host}:${fault.port}`;
    case 'partition':
      return `${fault.kind} ${fault.hosts.join(',')} from ${fault.from.join(',')}`;
    case 'one-way-loss':
      return `${fault.kind} ${fault.from.join(',')} to ${fault.to.join(',')}`;
    default:
      return fault satisfies never;
  }
}

/** The hosts that a fault names. */
function namedBy(fault: NetworkFault): readonly number[] {
  switch (fault.kind) {
    case 'cut-off':
    case 'ssh-refused':
      return [fault.host];
    case 'partition':
      return [...fault.hosts, ...fault.from];
    case 'one-way-loss':
      return [...fault.from, ...fault.to];
    default:
      return fault satisfies never;
  }
}

function refuseOnBothSides(one: readonly Host[], other: readonly Host[]): void {
  const both = one.filter(({ id }) => idsOf(other).includes(id)).map(({ name }) => name);
  if (both.length > 0) throw new Error(`${both.join(', ')} can't be on both sides: name it on one of them.`);
}

/** In one order, whichever they were named in. */
function idsOf(hosts: readonly Host[]): readonly number[] {
  return hosts.map(({ id }) => id).sort((a, b) => a - b);
}
