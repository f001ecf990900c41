import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { clusterFolder, ensureLocalFolder, type ClusterFolder } from '../../drive/cluster-folder.ts';
import type { Interruption } from '../../drive/interruption.ts';
import type { Phase, Reporter } from '../../drive/reporter.ts';
import type { RunLock } from '../../drive/run-lock.ts';
import type { Run } from '../../drive/run.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';

/** Three masters and a worker; test by test something is changed. */
export const CLUSTER_YAML = `name: prod
workers:
  - count: 1
ssh:
  publicKeys:
    - ${PUBLIC_KEY}
`;

/** An empty folder that goes when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kubehaus test ')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A cluster's folder with this cluster.yaml. */
export async function folderWith(clusterYaml: string = CLUSTER_YAML): Promise<ClusterFolder> {
  const folder = clusterFolder(await temporaryFolder());
  await writeFile(folder.clusterYaml, clusterYaml);
  return folder;
}

/** A reporter that keeps what it is told, as lines. */
export function recordingReporter(): Reporter & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    print: (text) => void lines.push(text),
    notice: (text) => void lines.push(text),
    flush: () => Promise.resolve(),
    begin: (title): Phase => {
      lines.push(`[${title}] begins`);
      return {
        node: (name, text, state) => void lines.push(`[${title}] ${name} ${state}: ${text}`),
        step: (text) => void lines.push(`[${title}] step ${text}`),
        line: (text) => void lines.push(`[${title}] ${text}`),
        end: (outcome) => void lines.push(`[${title}] ${outcome}`),
      };
    },
  };
}

/** A run that nothing interrupts and that holds no lock. */
export async function quietRun(
  folder: ClusterFolder,
  reporter: Reporter = recordingReporter(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<Run> {
  await ensureLocalFolder(folder);
  const interruption: Interruption = {
    signal: new AbortController().signal,
    handOn: () => () => undefined,
    check: () => undefined,
    release: () => undefined,
  };
  const lock: RunLock = {
    adopt: () => Promise.resolve(() => Promise.resolve()),
    release: () => Promise.resolve(),
  };
  return { folder, env, reporter, interruption, lock, times: [] };
}
