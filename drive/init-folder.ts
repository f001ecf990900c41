import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadCluster } from '../cluster/load.ts';
import { formatProblem } from '../cluster/problem.ts';
import { ensureLocalFolder, readOptional, type ClusterFolder } from './cluster-folder.ts';
import { noPublicKeys, unusableOption, wouldOverwrite } from './errors.ts';
import { firstClusterYaml, type FirstCluster } from './first-cluster.ts';

export interface InitOptions extends Omit<FirstCluster, 'publicKeys'> {
  /** Files with public keys; without any, all of ~/.ssh/*.pub. */
  readonly publicKeyFiles: readonly string[];
}

/** Writes a first cluster.yaml, and the folder for what must not be committed. Returns what was written. */
export async function initFolder(folder: ClusterFolder, options: InitOptions): Promise<readonly string[]> {
  if ((await readOptional(folder.clusterYaml)) !== undefined) throw wouldOverwrite(folder.clusterYaml);
  const clusterYaml = firstClusterYaml({ ...options, publicKeys: await publicKeys(options.publicKeyFiles) });
  const loaded = loadCluster({ clusterYaml });
  if (!loaded.ok) {
    throw unusableOption(
      'init',
      `these arguments do not make a cluster:\n${loaded.problems
        .map(({ line: _line, ...problem }) => formatProblem(problem))
        .join('\n')}`,
    );
  }
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.clusterYaml, clusterYaml, { flag: 'wx' });
  return [folder.clusterYaml, ...(await ensureLocalFolder(folder))];
}

async function publicKeys(files: readonly string[]): Promise<string[]> {
  const folder = join(homedir(), '.ssh');
  const found =
    files.length > 0
      ? files
      : (await readdir(folder).catch(() => []))
          .filter((name) => name.endsWith('.pub') && !name.endsWith('-cert.pub'))
          .sort()
          .map((name) => join(folder, name));
  const texts = await Promise.all(
    found.map((file) =>
      readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw unusableOption('--ssh-public-key', error.message);
      }),
    ),
  );
  const keys = texts
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw noPublicKeys(folder);
  return [...new Set(keys)];
}
