import { execa } from 'execa';
import { join } from 'node:path';
import { hostFolder } from '../hosts/host-folder.ts';
import { initOf } from '../hosts/running.ts';
import type { Lab } from '../state.ts';

/**
 * A host's files, as this machine sees them: through its init while it runs, since overlayfs must not be written to under a
 * mount; on its disk while it is off. Only for files that are not the image's.
 */
export async function filesOf(
  lab: Lab,
  id: number,
): Promise<{ readonly root: string; readonly runs: boolean }> {
  const init = await initOf(lab, id);
  return init === undefined
    ? { root: join(hostFolder(lab, id), 'disk/root'), runs: false }
    : { root: `/proc/${init.pid}/root`, runs: true };
}

/**
 * Runs a command in a host that is on, as its root, without its network: it works as well while the host is cut off. Returns what it
 * wrote to standard output; fails with its own words.
 */
export async function inHost(
  lab: Lab,
  id: number,
  command: readonly string[],
  input?: string,
): Promise<string> {
  const init = await initOf(lab, id);
  if (init === undefined) throw new Error(`Host ${id} is off: ${command[0] ?? ''} can't run in it.`);
  const { stdout } = await execa(
    'nsenter',
    [`--target=${init.pid}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--', ...command],
    {
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      maxBuffer: 1 << 28,
      timeout: 120_000,
      extendEnv: false,
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        LANG: 'C.UTF-8',
      },
      cwd: '/',
    },
  );
  return stdout;
}
