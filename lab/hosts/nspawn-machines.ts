import { buildHostImage } from '../host-image/build.ts';
import { setFirewall } from '../network/firewalls.ts';
import { forgetPrivateNics, setPrivateNics } from '../network/private-networks.ts';
import type { Lab } from '../state.ts';
import { hostExists, readHost, removeHost, writeHost } from './host-folder.ts';
import type { Machines, MachineSpec } from './machines.ts';
import { askToBootAgain, clearRemains, powerOff, powerOn, pressPowerButton } from './power.ts';
import { running } from './running.ts';
import { turns } from './turns.ts';

/**
 * Machines that are Linux hosts of their own: systemd-nspawn boots an image, in a network and a cgroup of their own. They are
 * detached from this process: another one, after a restart, finds them as they are. Needs root, and the lab's control
 * namespace. What is asked of one host is done one after the other.
 */
export function nspawnMachines(lab: Lab): Machines {
  const inTurn = turns<number | 'firewalls' | 'networks'>();
  return {
    create: (spec) =>
      inTurn(spec.id, async () => {
        if (hostExists(lab, spec.id)) throw new Error(`Lab "${lab.name}" has a host ${spec.id} already.`);
        await bootFresh(lab, spec);
      }),
    rebuild: (spec) =>
      inTurn(spec.id, async () => {
        await readHost(lab, spec.id);
        await clearRemains(lab, spec.id);
        await bootFresh(lab, spec);
      }),
    powerOn: (id) => inTurn(id, () => powerOn(lab, id)),
    powerOff: (id) => inTurn(id, () => powerOff(lab, id)),
    shutdown: (id) => inTurn(id, () => pressPowerButton(lab, id)),
    reboot: (id) => inTurn(id, () => askToBootAgain(lab, id)),
    destroy: (id) =>
      inTurn(id, async () => {
        await clearRemains(lab, id);
        await inTurn('firewalls', () => setFirewall(lab, id, undefined));
        await inTurn('networks', () => forgetPrivateNics(lab, id));
        await removeHost(lab, id);
      }),
    running: (id) => running(lab, id),
    firewall: (id, rules) => inTurn('firewalls', () => setFirewall(lab, id, rules)),
    privateNetworks: (id, nics) => inTurn('networks', () => setPrivateNics(lab, id, nics)),
  };
}

async function bootFresh(lab: Lab, spec: MachineSpec): Promise<void> {
  await writeHost(lab, { ...spec, image: await buildHostImage(lab.cache) });
  await powerOn(lab, spec.id);
}
