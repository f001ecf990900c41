import { underLock } from '../bring-up.ts';
import { removeLab, traces } from '../clear.ts';
import { requireMachine } from '../machine-needs.ts';
import { stopService } from '../services.ts';
import type { Lab } from '../state.ts';

/** Removes the lab, and looks whether it has gone. */
export async function down(lab: Lab): Promise<void> {
  await requireMachine();
  await underLock(lab, async () => {
    const there = (await traces(lab)).length > 0;
    // The API first: it might boot a host meanwhile.
    await stopService(lab, 'api');
    await stopService(lab, 'mirror');
    await removeLab(lab);
    const left = await traces(lab);
    if (left.length > 0) throw new Error([`Lab "${lab.name}" is not all gone:`, ...left].join('\n  '));
    process.stdout.write(there ? `Lab "${lab.name}" is gone.\n` : `There is no lab "${lab.name}".\n`);
  });
}
