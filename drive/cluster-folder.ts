import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LOCK_FILE } from '../cluster/lock.ts';

/** Where everything of a cluster stands; see docs/cli.md for what is committed and what is not. */
export interface ClusterFolder {
  readonly root: string;
  readonly clusterYaml: string;
  readonly lockYaml: string;
  readonly rendered: string;
  readonly terraform: string;
  readonly ansible: string;
  readonly addresses: string;
  /** `.kubehaus/`: what must not be committed. */
  readonly local: string;
  readonly terraformData: string;
  readonly terraformState: string;
  readonly planFile: string;
  /**
   * What `kubehaus plan` lets Terraform and Ansible look at, as long as it runs. Both are as deep below the cluster's folder as
   * what is rendered, so that the same words lead to the state and to known_hosts.
   */
  readonly terraformPreview: string;
  readonly ansiblePreview: string;
  readonly knownHosts: string;
  readonly logs: string;
  readonly runLock: string;
  /** Where `kubehaus kubeconfig --output` may put one for this cluster alone. */
  readonly kubeconfig: string;
  /** A kubeconfig that names this cluster's context as the current one, and nothing else. */
  readonly currentContext: string;
}

export function clusterFolder(folder: string): ClusterFolder {
  const root = resolve(folder);
  const local = join(root, '.kubehaus');
  const rendered = join(root, 'rendered');
  const ansible = join(rendered, 'ansible');
  return {
    root,
    clusterYaml: join(root, 'cluster.yaml'),
    lockYaml: join(root, LOCK_FILE),
    rendered,
    terraform: join(rendered, 'terraform'),
    ansible,
    addresses: join(ansible, 'inventory', 'addresses.yml'),
    local,
    terraformData: join(local, 'terraform'),
    terraformState: join(local, 'terraform.tfstate'),
    planFile: join(local, 'terraform.tfplan'),
    terraformPreview: join(local, 'terraform-preview'),
    ansiblePreview: join(local, 'ansible-preview'),
    knownHosts: join(local, 'known_hosts'),
    logs: join(local, 'logs'),
    runLock: join(local, 'run.lock'),
    kubeconfig: join(local, 'kubeconfig'),
    currentContext: join(local, 'current-context'),
  };
}

/**
 * Makes `.kubehaus/` for the user alone: Terraform's state and the logs name every address of the cluster. Git ignores what is
 * in it, but knows the folder, so that it is there in every clone: ssh pins host keys in no folder that is missing, and says
 * nothing. Returns what it wrote.
 */
export async function ensureLocalFolder(folder: ClusterFolder): Promise<readonly string[]> {
  await mkdir(folder.logs, { recursive: true, mode: 0o700 });
  await chmod(folder.local, 0o700);
  const ignore = join(folder.local, '.gitignore');
  const text = '*\n!.gitignore\n';
  if ((await readOptional(ignore)) === text) return [];
  await writeFile(ignore, text);
  return [ignore];
}

/** Text of a file; undefined when there is none. */
export async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
