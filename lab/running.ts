import { readEnvironment, type UserEnvironment } from './environment.ts';
import { controlNamespace } from './names.ts';
import { namespaceExists } from './network/namespaces.ts';
import type { Lab } from './state.ts';

/** What programs in the lab's network need in their environment. Fails, with what to do, when the lab is not up. */
export async function environmentOfRunning(lab: Lab): Promise<UserEnvironment> {
  const environment = await readEnvironment(lab);
  if (environment === undefined || !namespaceExists(controlNamespace(lab.name))) {
    throw new Error(`Lab "${lab.name}" is not up: kubehaus-lab up --name ${lab.name}`);
  }
  return environment;
}
