import { hostNamed } from '../faults/host-named.ts';
import { giveDisk } from '../hosts/disks.ts';
import type { Lab } from '../state.ts';

/** Gives a host a disk, and says when it has it. */
export async function disk(lab: Lab, nameOrId: string, path: string, size: number): Promise<void> {
  const host = await hostNamed(lab, nameOrId);
  await giveDisk(lab, host.id, path, size);
  process.stdout.write(`Host ${host.name} boots with a disk of its own at ${path} from now on.\n`);
}
