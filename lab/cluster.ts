import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { buildMirror } from './builds/build.ts';
import { forLab } from './cluster-settings.ts';
import { mirrorUrl, registryUrl } from './network/addresses.ts';
import { sshPublicKey } from './ssh-key.ts';
import type { Lab } from './state.ts';

/** CAP_SYS_RESOURCE (linux/capability.h): without it no process may lower an OOM score. */
const CAP_SYS_RESOURCE = 24n;

/**
 * Writes a cluster's cluster.yaml, adapted to the lab, into `<lab>/clusters/<name>/`, where <name> is that of the folder that
 * the given one lies in. Returns that folder. What kubehaus keeps there stays.
 */
export async function clusterFolderFor(lab: Lab, clusterYaml: string): Promise<string> {
  const text = await adaptedTo(lab, await readFile(clusterYaml, 'utf8'));
  const folder = join(lab.folder, 'clusters', basename(dirname(resolve(clusterYaml))));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cluster.yaml'), text);
  return folder;
}

/** The text of a cluster.yaml as `forLab` adapts it, to a lab that is up and to this machine. */
export async function adaptedTo(lab: Lab, clusterYaml: string): Promise<string> {
  const mirror = await buildMirror();
  return forLab(clusterYaml, {
    files: `${mirrorUrl}/files`,
    sums: await readFile(join(mirror.files, 'SHA256SUMS'), 'utf8'),
    apt: `${mirrorUrl}/apt`,
    aptKey: await readFile(join(mirror.apt, 'key.asc'), 'utf8'),
    registry: registryUrl,
    sshPublicKey: await sshPublicKey(lab),
    cgroupV2: existsSync('/sys/fs/cgroup/cgroup.controllers'),
    mayLowerOomScores: await hasCapability(CAP_SYS_RESOURCE),
  });
}

async function hasCapability(capability: bigint): Promise<boolean> {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}
