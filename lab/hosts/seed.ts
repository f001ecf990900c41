import { stringify } from 'yaml';
import type { MachineSpec } from './machines.ts';

/** Where cloud-init looks for its NoCloud seed, below the host's root. */
export const seedFolder = 'var/lib/cloud/seed/nocloud';

/**
 * The files from which cloud-init learns what it is to make of a fresh disk: the server's id (by which it tells a first boot
 * from a later one), its name, and the keys that may log in, as Hetzner's metadata service hands them out.
 */
export function seed(spec: MachineSpec): Readonly<Record<'meta-data' | 'user-data', string>> {
  return {
    'meta-data': stringify({
      'instance-id': String(spec.id),
      'local-hostname': spec.name,
      'public-keys': spec.sshKeys,
    }),
    // NoCloud wants the file to be there, and takes an empty one, or an empty configuration, for a mistake.
    'user-data': spec.userData === '' ? '#cloud-config\n{}\n' : spec.userData,
  };
}
