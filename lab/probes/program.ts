import { join } from 'node:path';
import { built } from '../builds/component.ts';
import { goComponent } from '../builds/go-module.ts';
import { goVersion } from '../builds/go-version.ts';

/** The path of the program that probes a cluster, built unless it is in the cache. What it does stands in its main.go. */
export async function probeProgram(): Promise<string> {
  const name = 'cluster-probe';
  const component = goComponent(
    {
      name,
      // Beside the code that installs it, not below modules/: users' rehearsals run it, no mirror holds it.
      module: '../../probes/program',
      programs: { [name]: 'kubehaus.dev/lab/probes/program' },
    },
    await goVersion(),
  );
  return join(await built(component), name);
}
