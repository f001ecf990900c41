import { App } from 'cdktf';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadCluster } from './cluster/load.ts';
import { formatLock, LOCK_FILE } from './cluster/lock.ts';
import { formatProblem } from './cluster/problem.ts';
import { ClusterStack } from './stacks/cluster-stack.ts';

// What `npx cdktf synth` and `npx cdktf deploy` run: the same stack on the same state as `kubehaus up`.
const folder = resolve(process.env.KUBEHAUS_CLUSTER ?? '.');
const read = (name: string) =>
  existsSync(resolve(folder, name)) ? readFileSync(resolve(folder, name), 'utf8') : undefined;

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

const clusterYaml =
  read('cluster.yaml') ??
  refuse(`There is no cluster.yaml in ${folder}. Set KUBEHAUS_CLUSTER to the folder of a cluster.`);
const loaded = loadCluster({ clusterYaml, lockYaml: read(LOCK_FILE) });
if (!loaded.ok) refuse(loaded.problems.map(formatProblem).join('\n'));
// As `kubehaus render` does: what is given to a node now stays its own.
writeFileSync(resolve(folder, LOCK_FILE), formatLock(loaded.value.lock));

const { plan } = loaded.value;
const app = new App();
new ClusterStack(app, { plan, statePath: resolve(folder, '.kubehaus/terraform.tfstate') });
app.synth();

// The provider that terraform has locked for the rendered configuration is the one to use here. Without a lock file CDKTF
// would ask the public registry for one, which a site with a mirror of its own may not reach.
const providerLock = '.terraform.lock.hcl';
const locked = resolve(folder, 'rendered/terraform', providerLock);
if (existsSync(locked)) copyFileSync(locked, resolve(app.outdir, 'stacks', plan.name, providerLock));
