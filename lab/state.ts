import { join } from 'node:path';
import { cacheFolder } from './builds/cache-folder.ts';
import { labNameProblem } from './names.ts';

/** One lab of this machine. Several stand side by side and do not meet. */
export interface Lab {
  readonly name: string;
  /** All that the lab keeps; it must lie on a real disk, since hosts' disks (overlayfs) lie in it. Absolute. */
  readonly folder: string;
  /** What labs share: images and builds, each in a folder that carries the hash of its inputs. Absolute. */
  readonly cache: string;
}

/** The folder with one folder a lab. */
export function labsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.KUBEHAUS_LAB_STATE ?? '/var/lib/kubehaus-lab';
}

/** The lab of that name, whether it exists or not. Throws when it is no name for a lab. */
export function labNamed(name: string, environment: NodeJS.ProcessEnv = process.env): Lab {
  const problem = labNameProblem(name);
  if (problem !== undefined) throw new Error(`"${name}" is no name for a lab: ${problem}.`);
  return { name, folder: join(labsFolder(environment), name), cache: cacheFolder(environment) };
}

/** Held by who builds up, takes down or repairs the lab. It lies in the cache, as `down` removes the lab's folder. */
export function lockFile(lab: Lab): string {
  return join(lab.cache, 'locks', lab.name);
}
