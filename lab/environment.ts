import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labToken } from './api/files.ts';
import type { MirrorPaths } from './builds/build.ts';
import { apiEndpoint } from './network/addresses.ts';
import { sshKeyFile } from './ssh-key.ts';
import { controlNamespace } from './names.ts';
import { namespaceExists } from './network/namespaces.ts';
import type { Lab } from './state.ts';

/** What tells terraform, kubehaus and other users of Hetzner's API that this lab is their Hetzner. */
export interface UserEnvironment {
  readonly HCLOUD_ENDPOINT: string;
  readonly HCLOUD_TOKEN: string;
  readonly TF_CLI_CONFIG_FILE: string;
  /** The lab's key, for kubehaus and for ansible-playbook by hand. */
  readonly KUBEHAUS_SSH_KEY: string;
  readonly ANSIBLE_PRIVATE_KEY_FILE: string;
}

export function userEnvironment(lab: Lab, mirror: MirrorPaths): UserEnvironment {
  return {
    HCLOUD_ENDPOINT: apiEndpoint,
    HCLOUD_TOKEN: labToken(lab),
    TF_CLI_CONFIG_FILE: mirror.terraformCliConfig,
    KUBEHAUS_SSH_KEY: sshKeyFile(lab),
    ANSIBLE_PRIVATE_KEY_FILE: sshKeyFile(lab),
  };
}

/** Where a lab that is up keeps its {@link UserEnvironment}. */
export function environmentFile(lab: Lab): string {
  return join(lab.folder, 'environment.json');
}

/** Undefined when the lab has not been brought up. */
export async function readEnvironment(lab: Lab): Promise<UserEnvironment | undefined> {
  const file = environmentFile(lab);
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as UserEnvironment) : undefined;
}

/** What programs in the lab's network need in their environment. Fails, with what to do, when the lab is not up. */
export async function environmentOfRunning(lab: Lab): Promise<UserEnvironment> {
  const environment = await readEnvironment(lab);
  if (environment === undefined || !namespaceExists(controlNamespace(lab.name))) {
    throw new Error(`Lab "${lab.name}" is not up: kubehaus-lab up --name ${lab.name}`);
  }
  return environment;
}
