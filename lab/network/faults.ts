import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../builds/lock.ts';
import { controlNamespace } from '../names.ts';
import type { Lab } from '../state.ts';
import { faultRulesetFile, faultsFolder } from './fault-files.ts';
import { faultRuleset, type NetworkFault } from './fault-ruleset.ts';
import { namespaceExists } from './namespaces.ts';
import { privateNamespaces } from './private-networks.ts';

/** What is wrong with the lab's network now. */
export async function networkFaults(lab: Lab): Promise<readonly NetworkFault[]> {
  const file = join(faultsFolder(lab), 'faults.json');
  const kept = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as readonly NetworkFault[]) : [];
  return kept.filter((fault) => fault.kind !== 'ssh-refused' || fault.until * 1000 > Date.now());
}

/** Changes what is wrong with the network, and holds it from now on: over restarts of hosts, and of the lab as well. */
export async function changeNetworkFaults(
  lab: Lab,
  change: (faults: readonly NetworkFault[]) => readonly NetworkFault[],
): Promise<void> {
  await mkdir(faultsFolder(lab), { recursive: true });
  await withLock(
    join(faultsFolder(lab), 'lock'),
    () => undefined,
    async () => {
      await replace(
        join(faultsFolder(lab), 'faults.json'),
        JSON.stringify(change(await networkFaults(lab)), undefined, 2),
      );
      await holdNetworkFaults(lab);
    },
  );
}

/**
 * Loads the faults that the lab keeps into its control namespace and its private networks. A private network that is made later
 * loads them itself: hold-networks.sh.
 */
export async function holdNetworkFaults(lab: Lab): Promise<void> {
  const ruleset = faultRuleset(await networkFaults(lab));
  await mkdir(faultsFolder(lab), { recursive: true });
  await replace(faultRulesetFile(lab), ruleset);
  for (const namespace of [controlNamespace(lab.name), ...(await privateNamespaces(lab))]) {
    if (namespaceExists(namespace))
      await execa('nsenter', [`--net=/run/netns/${namespace}`, '--', 'nft', '-f', faultRulesetFile(lab)]);
  }
}

/** As a whole or not at all: others read it at any time. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}
