import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buildMirror } from './builds/build.ts';
import { withLock } from './builds/lock.ts';
import { note } from './builds/progress.ts';
import { clearLeftovers } from './clear.ts';
import { environmentFile, userEnvironment } from './environment.ts';
import { buildHostImage } from './host-image/build.ts';
import { hostIds, shallBeOn } from './hosts/host-folder.ts';
import { powerOn } from './hosts/power.ts';
import { running } from './hosts/running.ts';
import { makeLabFolder } from './machine-settings.ts';
import { holdNetworkFaults } from './network/faults.ts';
import { holdFirewalls } from './network/firewalls.ts';
import { makeControlNamespace } from './network/namespaces.ts';
import { apiService, mirrorService, startService } from './services.ts';
import { lockFile, type Lab } from './state.ts';

/**
 * Brings the lab up, or finds it up: builds what the cache does not have, clears what a lab that was cut off left, and starts
 * what does not run. Servers that were on when the lab was cut off boot again, from their disks as they are.
 */
export async function bringUp(lab: Lab): Promise<void> {
  const [mirror] = await Promise.all([buildMirror(), buildHostImage(lab.cache)]);
  await underLock(lab, async () => {
    await makeLabFolder(lab);
    await clearLeftovers(lab);
    await makeControlNamespace(lab);
    await holdFirewalls(lab);
    await holdNetworkFaults(lab);
    await startService(lab, mirrorService(mirror.folder));
    await Promise.all((await hostIds(lab)).map((id) => bringBack(lab, id)));
    await startService(lab, apiService(lab));
    await writeFile(environmentFile(lab), JSON.stringify(userEnvironment(lab, mirror)), { mode: 0o600 });
  });
}

/** Runs work on the lab that no other process may do at the same time. */
export async function underLock(lab: Lab, work: () => Promise<void>): Promise<void> {
  await mkdir(dirname(lockFile(lab)), { recursive: true });
  await withLock(lockFile(lab), () => note(`waiting for another command on lab "${lab.name}"`), work);
}

async function bringBack(lab: Lab, id: number): Promise<void> {
  if (!(await shallBeOn(lab, id)) || (await running(lab, id))) return;
  note(`host ${id} was on when the lab was cut off: it boots again`);
  await powerOn(lab, id);
}
