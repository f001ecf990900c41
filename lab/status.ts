import { hostIds, readHost } from './hosts/host-folder.ts';
import { initOf } from './hosts/running.ts';
import { controlNamespace } from './names.ts';
import { apiEndpoint, mirrorUrl } from './network/addresses.ts';
import { namespaceExists } from './network/namespaces.ts';
import { age } from './processes.ts';
import { serviceWorks } from './services.ts';
import type { Lab } from './state.ts';

export interface LabStatus {
  readonly lab: string;
  /** Has it been brought up since the machine booted, and not been taken down? */
  readonly up: boolean;
  readonly api: ServiceStatus;
  readonly mirror: ServiceStatus;
  readonly hosts: readonly HostStatus[];
}

export interface ServiceStatus {
  readonly url: string;
  /** Does it run and answer? */
  readonly works: boolean;
}

export interface HostStatus {
  readonly id: number;
  readonly name: string;
  readonly ipv4: string;
  readonly running: boolean;
  /** Whole seconds since its last boot; only when it is running. */
  readonly uptime?: number;
}

/** How the lab is now, as the machine has it; the API's own view is asked of the API. */
export async function labStatus(lab: Lab): Promise<LabStatus> {
  const [api, mirror, ids] = await Promise.all([
    serviceWorks(lab, 'api'),
    serviceWorks(lab, 'mirror'),
    hostIds(lab),
  ]);
  return {
    lab: lab.name,
    up: namespaceExists(controlNamespace(lab.name)),
    api: { url: apiEndpoint, works: api },
    mirror: { url: mirrorUrl, works: mirror },
    hosts: await Promise.all(ids.map((id) => hostStatus(lab, id))),
  };
}

async function hostStatus(lab: Lab, id: number): Promise<HostStatus> {
  const { name, ipv4 } = await readHost(lab, id);
  const init = await initOf(lab, id);
  if (init === undefined) return { id, name, ipv4, running: false };
  return { id, name, ipv4, running: true, uptime: Math.floor(await age(init)) };
}
