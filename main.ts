import { App } from 'cdktf';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { plainReporter } from './cli/plain-reporter.ts';
import { printFailure } from './cli/print-failure.ts';
import { clusterFolder } from './drive/cluster-folder.ts';
import { loadFolder } from './drive/load-folder.ts';
import { lockPlan } from './drive/render-folder.ts';
import { withRun } from './drive/run.ts';
import { ClusterStack } from './stacks/cluster-stack.ts';

// What `npx cdktf synth` and `npx cdktf deploy` run: the same stack on the same state as `kubehaus up`.
const folder = clusterFolder(process.env['KUBEHAUS_CLUSTER'] ?? '.');
try {
  await loadFolder(folder);
  const toStderr = plainReporter((text) => process.stderr.write(text));
  const plan = await withRun(folder, 'cdktf synth', toStderr, () => lockPlan(folder));
  const app = new App();
  new ClusterStack(app, { plan, statePath: folder.terraformState });
  app.synth();

  // The provider that terraform has locked for the rendered configuration is the one to use here. Without a lock file CDKTF
  // would ask the public registry for one, which a site with a mirror of its own may not reach.
  const providerLock = '.terraform.lock.hcl';
  const locked = join(folder.terraform, providerLock);
  if (existsSync(locked)) copyFileSync(locked, join(app.outdir, 'stacks', plan.name, providerLock));
} catch (error) {
  process.exitCode = printFailure(error);
}
