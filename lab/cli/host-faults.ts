import type { Command } from 'commander';
import { fillDisk, freeDisk } from '../faults/disk.ts';
import { hostNamed, type Host } from '../faults/host-named.ts';
import { powerOff, powerOn, reboot } from '../faults/power.ts';
import { freeze, stop, thaw, type HostProcess } from '../faults/processes.ts';
import { breakSsh } from '../faults/ssh.ts';
import { pause } from '../processes.ts';
import { labNamed, type Lab } from '../state.ts';
import type { AddCommand, LabOption } from './name-option.ts';
import { seconds, wholeNumber } from './numbers.ts';

interface BreakSsh extends LabOption {
  readonly after: number;
  readonly refuseFor: number;
  readonly port: number;
}

/** What goes wrong on a host. Only processes within that host are ever touched. */
export function addHostFaults(add: AddCommand): void {
  const onHost = (command: Command, act: (lab: Lab, host: Host) => Promise<void>) =>
    command.argument('<host>').action(async (host: string, { name }: LabOption) => {
      const lab = labNamed(name);
      await act(lab, await hostNamed(lab, host));
    });
  onHost(add('power-off', 'a cut of power: nothing gets a chance, no peer hears of it'), powerOff);
  onHost(add('power-on', 'boots from the disk as it is'), powerOn);
  onHost(add('reboot', 'an orderly reboot'), reboot);

  add('stop', 'kills (SIGKILL) the processes of a name, or of a unit such as kubelet.service, once')
    .argument('<host>')
    .argument('<process>', 'its exact name, such as etcd or kube-apiserver; those in pods count')
    .action(async (host: string, process: string, { name }: LabOption) => {
      const lab = labNamed(name);
      tell('killed', await stop(lab, await hostNamed(lab, host), process));
    });

  add(
    'freeze',
    'stops (SIGSTOP) the processes of a name or unit: they answer no more, and their connections stay',
  )
    .argument('<host>')
    .argument('<process>', 'its exact name, such as etcd or kube-apiserver; those in pods count')
    .action(async (host: string, process: string, { name }: LabOption) => {
      const lab = labNamed(name);
      tell('frozen', await freeze(lab, await hostNamed(lab, host), process));
    });

  add('thaw', 'lets what is frozen go on: all, or that of a name or unit')
    .argument('<host>')
    .argument('[process]')
    .action(async (host: string, process: string | undefined, { name }: LabOption) => {
      const lab = labNamed(name);
      tell('thawed', await thaw(lab, await hostNamed(lab, host), process));
    });

  add(
    'fill-disk',
    'fills a disk of its own that kubehaus-lab disk gave a host: ENOSPC, after a reboot as well',
  )
    .argument('<host>')
    .argument('<path>', 'on that disk, such as /var/lib/kubehaus-etcd')
    .action(async (host: string, path: string, { name }: LabOption) => {
      const lab = labNamed(name);
      await fillDisk(lab, await hostNamed(lab, host), path);
    });

  add('free-disk', 'takes away what fill-disk filled it with')
    .argument('<host>')
    .argument('<path>')
    .action(async (host: string, path: string, { name }: LabOption) => {
      const lab = labNamed(name);
      await freeDisk(lab, await hostNamed(lab, host), path);
    });

  add('break-ssh', 'breaks all SSH sessions of a host off, once')
    .argument('<host>')
    .option('--after <seconds>', 'waits so long before: in the middle of a play', seconds, 0)
    .option('--refuse-for <seconds>', 'refuses new ones for so long from then on', seconds, 0)
    .option('--port <port>', "the port of the host's sshd, for --refuse-for", wholeNumber, 22)
    .action(async (host: string, { name, after, refuseFor, port }: BreakSsh) => {
      const lab = labNamed(name);
      const found = await hostNamed(lab, host);
      await pause(after * 1000);
      const sessions = await breakSsh(lab, found, { refuseFor, port });
      process.stdout.write(`broken: ${sessions} sessions\n`);
    });
}

function tell(deed: string, processes: readonly HostProcess[]): void {
  const list = processes.map(({ name, pid }) => `${name} (${pid})`).join(', ');
  process.stdout.write(`${deed}: ${list === '' ? 'nothing' : list}\n`);
}
