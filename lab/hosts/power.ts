import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { controlNamespace, hostName, wire } from '../names.ts';
import { faultRulesetFile } from '../network/fault-files.ts';
import { silence, unplug } from '../network/namespaces.ts';
import { privateNicsFile } from '../network/private-networks.ts';
import { packageFile } from '../package-files.ts';
import { killAll, pause, signal } from '../processes.ts';
import type { Lab } from '../state.ts';
import { removeGroup } from './cgroups.ts';
import { disksReleased } from './disks.ts';
import { hostFolder, readHost, setPower } from './host-folder.ts';
import { hostProcesses, initOf, running } from './running.ts';

/** systemd(1), SIGNALS: what its pid 1 takes for a press of the power button, and for a wish to boot again. */
const sigrtmin = 34;
const powerButton = sigrtmin + 4;
const bootAgain = sigrtmin + 5;

/** Boots the host, detached from this process. Fulfilled when its init runs; does nothing to a host that runs. */
export async function powerOn(lab: Lab, id: number): Promise<void> {
  const host = await readHost(lab, id);
  if (await running(lab, id)) return;
  await clearRemains(lab, id);
  await setPower(lab, id, 'on');
  const console = join(hostFolder(lab, id), 'console.log');
  const keeper = await startKeeper(
    lab,
    id,
    [host.ipv4, host.image, hostFolder(lab, id), privateNicsFile(lab, id), faultRulesetFile(lab)],
    console,
  );
  while ((await initOf(lab, id)) === undefined) {
    if (keeper.exitCode !== null || keeper.signalCode !== null) throw await didNotBoot(host.name, console);
    await pause(20);
  }
}

/** Cuts the host's power. Its disk stays as it is. */
export async function powerOff(lab: Lab, id: number): Promise<void> {
  await readHost(lab, id);
  await setPower(lab, id, 'off');
  await clearRemains(lab, id);
}

export async function pressPowerButton(lab: Lab, id: number): Promise<void> {
  await readHost(lab, id);
  const init = await initOf(lab, id);
  if (init !== undefined) await signal(init, powerButton);
}

export async function askToBootAgain(lab: Lab, id: number): Promise<void> {
  const { name } = await readHost(lab, id);
  const init = await initOf(lab, id);
  if (init === undefined)
    throw new Error(`Host ${id} (${name}) is off: it can't be asked to reboot; power it on.`);
  await signal(init, bootAgain);
}

/**
 * Ends all processes of the host, without a word to those that they speak with, and removes all that they need: wire, network
 * namespace, cgroup. Leaves its folder.
 */
export async function clearRemains(lab: Lab, id: number): Promise<void> {
  await silence(lab, id);
  await killAll(() => hostProcesses(lab, id));
  await removeGroup(hostName(lab.name, id));
  await unplug(lab, id);
  await disksReleased(lab, id);
  // systemd-nspawn makes this folder, and removes it again unless it is killed.
  await rm(`/run/systemd/nspawn/propagate/${hostName(lab.name, id)}`, { recursive: true, force: true });
}

/**
 * The keeper lives in the lab's control namespace, wherever we live: so that what is in there is what the lab has started.
 * It gets no more of our environment than it needs, since a host's processes are not to see a token of ours.
 */
async function startKeeper(
  lab: Lab,
  id: number,
  rest: readonly string[],
  log: string,
): Promise<ChildProcess> {
  const control = controlNamespace(lab.name);
  const output = await open(log, 'a');
  try {
    const keeper = spawn(
      'nsenter',
      [
        `--net=/run/netns/${control}`,
        packageFile('lab/hosts/keep-host.sh'),
        control,
        hostName(lab.name, id),
        wire(id),
        ...rest,
      ],
      {
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        cwd: '/',
      },
    );
    await new Promise((resolve, reject) => keeper.once('spawn', resolve).once('error', reject));
    keeper.unref();
    return keeper;
  } finally {
    await output.close();
  }
}

async function didNotBoot(name: string, console: string): Promise<Error> {
  const last = (await readFile(console, 'utf8')).trimEnd().split('\n').slice(-10);
  return new Error([`Host ${name} does not boot:`, ...last, `Its whole console is in ${console}`].join('\n'));
}
