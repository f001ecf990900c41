import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * A python that has what test/requirements.txt names: that of the virtual environment `.venv`, or the one that
 * KUBEHAUS_PYTHON names. Throws when there is none, since a test that is left out proves nothing.
 */
export function python(): string {
  const found = process.env.KUBEHAUS_PYTHON ?? path.join(root, '.venv', 'bin', 'python');
  if (existsSync(found)) return found;
  throw new Error(
    `No python at ${found}: python3 -m venv .venv && .venv/bin/pip install -r test/requirements.txt, or set KUBEHAUS_PYTHON.`,
  );
}
