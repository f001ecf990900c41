import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where builds are kept: outside of the work tree, shared by all labs and checkouts. `KUBEHAUS_LAB_CACHE` overrides it. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.KUBEHAUS_LAB_CACHE ?? join(homedir(), '.cache', 'kubehaus-lab');
}
