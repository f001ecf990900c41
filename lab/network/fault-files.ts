import { join } from 'node:path';
import type { Lab } from '../state.ts';

/**
 * Where a lab keeps what is wrong with its network:
 *   faults.json     the faults themselves
 *   ruleset.nft     what holds them (fault-ruleset.ts); hold-networks.sh loads it into a private network that is made new
 *   lock            held by who changes them
 */
export function faultsFolder(lab: Lab): string {
  return join(lab.folder, 'network-faults');
}

export function faultRulesetFile(lab: Lab): string {
  return join(faultsFolder(lab), 'ruleset.nft');
}
