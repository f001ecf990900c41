import { clusterFolderFor } from '../cluster.ts';
import { environmentOfRunning } from '../environment.ts';
import type { Lab } from '../state.ts';

/** Prints the folder, so that scripts can go on with it. */
export async function cluster(lab: Lab, clusterYaml: string): Promise<void> {
  await environmentOfRunning(lab);
  process.stdout.write(`${await clusterFolderFor(lab, clusterYaml)}\n`);
}
