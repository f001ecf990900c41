import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from '../state.ts';

/** Where a lab's API keeps what is its own. */
export const apiFiles = ({ folder }: Pick<Lab, 'folder'>) => ({
  state: path.join(folder, 'api', 'state.json'),
  token: path.join(folder, 'api', 'token'),
  log: path.join(folder, 'api', 'api.log'),
});

/** The token of a lab, for HCLOUD_TOKEN: made when it is asked for first, and readable by its owner alone. */
export function labToken(lab: Pick<Lab, 'folder'>): string {
  const { token } = apiFiles(lab);
  mkdirSync(path.dirname(token), { recursive: true, mode: 0o700 });
  try {
    // 64 characters of letters and digits, as Hetzner's are. wx: two that ask at once get the same.
    writeFileSync(token, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(token, 'utf8').trim();
}
