import { Command } from 'commander';
import { allFaults, clearFaults } from '../faults/all.ts';
import { labNamed } from '../state.ts';
import { addApiFaults } from './api-faults.ts';
import { addHostFaults } from './host-faults.ts';
import { addNetworkFaults } from './network-faults.ts';
import { commandsOf, type LabOption } from './name-option.ts';

/** `kubehaus-lab fault`: makes things go wrong in a lab that is up. One subcommand a kind of fault. */
export function faultCommand(): Command {
  const fault = new Command('fault')
    .description('make something go wrong in a lab that is up')
    .addHelpText(
      'after',
      '\nHosts are named by their servers’ names or ids: kubehaus-lab status shows them.',
    );
  const add = commandsOf(fault);

  fault.commandsGroup('Hosts:');
  addHostFaults(add);
  fault.commandsGroup('The network between them, public and private:');
  addNetworkFaults(add);
  fault.commandsGroup("Hetzner's API:");
  addApiFaults(add);
  fault.commandsGroup('All of them:');
  add('list', 'what goes wrong now, as JSON; hosts that are off: kubehaus-lab status').action(
    async ({ name }: LabOption) => {
      process.stdout.write(`${JSON.stringify(await allFaults(labNamed(name)), undefined, 2)}\n`);
    },
  );
  add('clear', 'heals, thaws and frees all, and the API works again; hosts that are off stay off').action(
    ({ name }: LabOption) => clearFaults(labNamed(name)),
  );
  return fault;
}
