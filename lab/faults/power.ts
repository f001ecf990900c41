import { askApi } from '../ask-api.ts';
import type { Lab } from '../state.ts';
import type { Host } from './host-named.ts';

/**
 * Cuts the host's power: nothing on it gets a chance to end, and no packet tells its peers. The API, which owns the machines,
 * does it, so that the server's status is `off` from then on. Does nothing to a host that is off.
 */
export async function powerOff(lab: Lab, host: Host): Promise<void> {
  await askApi(lab, 'POST', `/_lab/servers/${host.id}/power-off`);
}

/** Boots the host from its disk as it is. Fulfilled when booting has begun; does nothing to a host that is on. */
export async function powerOn(lab: Lab, host: Host): Promise<void> {
  await askApi(lab, 'POST', `/_lab/servers/${host.id}/power-on`);
}

/** Asks the host's operating system to boot again, in good order. Refuses a host that is off. */
export async function reboot(lab: Lab, host: Host): Promise<void> {
  await askApi(lab, 'POST', `/_lab/servers/${host.id}/reboot`);
}
