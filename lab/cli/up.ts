import { bringUp } from '../bring-up.ts';
import { requireMachine } from '../machine-needs.ts';
import { labStatus } from '../status.ts';
import type { Lab } from '../state.ts';

export async function up(lab: Lab): Promise<void> {
  await requireMachine();
  await bringUp(lab);
  const { api, mirror, hosts } = await labStatus(lab);
  const on = hosts.filter((host) => host.running).length;
  process.stdout.write(
    [
      `Lab "${lab.name}" is up: API at ${api.url}, mirror at ${mirror.url}, ${hosts.length} hosts (${on} on).`,
      `Both answer in the lab's own network alone. To run a command there, with HCLOUD_ENDPOINT and HCLOUD_TOKEN set:`,
      `  kubehaus-lab exec${lab.name === 'demo' ? '' : ` --name ${lab.name}`} -- kubehaus up`,
      '',
    ].join('\n'),
  );
}
