import { Argument, InvalidArgumentError } from 'commander';
import { hostNamed, hostsNamed } from '../faults/host-named.ts';
import { cutOff, heal, oneWayLoss, partition } from '../faults/network.ts';
import { labNamed } from '../state.ts';
import type { AddCommand, LabOption } from './name-option.ts';
import { percentage } from './numbers.ts';

interface OneWayLoss extends LabOption {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly percent: number;
}

/** What goes wrong between hosts. It holds over restarts of hosts and lab; hosts that come later are not touched. */
export function addNetworkFaults(add: AddCommand): void {
  add('cut-off', 'all packets from and to a host vanish, in open connections as well; no RST, no ICMP')
    .argument('<host>')
    .option('--keep-operator', "but for those of the lab's own network: ssh, ansible, API and mirror", false)
    .action(async (host: string, { name, keepOperator }: LabOption & { keepOperator: boolean }) => {
      const lab = labNamed(name);
      await cutOff(lab, await hostNamed(lab, host), keepOperator);
    });

  add('partition', 'no packet gets from one group of hosts to the other, both ways')
    .usage('[options] <host,host…> from <host,host…>')
    .addArgument(new Argument('<hosts>', 'one group').argParser(names))
    .addArgument(new Argument('<from>', 'the word').choices(['from']))
    .addArgument(new Argument('<others>', 'the other group').argParser(names))
    .action(
      async (hosts: readonly string[], _from: string, others: readonly string[], { name }: LabOption) => {
        const lab = labNamed(name);
        await partition(lab, await hostsNamed(lab, hosts), await hostsNamed(lab, others));
      },
    );

  add('one-way-loss', 'packets from some hosts to others vanish; the way back is whole')
    .requiredOption('--from <host,host…>', 'who sends them', names)
    .requiredOption('--to <host,host…>', 'who does not get them', names)
    .option('--percent <number>', 'how many of a hundred', percentage, 100)
    .action(async ({ name, from, to, percent }: OneWayLoss) => {
      const lab = labNamed(name);
      await oneWayLoss(lab, await hostsNamed(lab, from), await hostsNamed(lab, to), percent);
    });

  add('heal', 'what is wrong with the network ends: all of it, or all that names a host')
    .argument('[host]')
    .action(async (host: string | undefined, { name }: LabOption) => {
      const lab = labNamed(name);
      await heal(lab, host === undefined ? undefined : await hostNamed(lab, host));
    });
}

/** `a,b` as a list. */
function names(text: string): readonly string[] {
  const list = text.split(',');
  if (list.includes('')) throw new InvalidArgumentError('They are hosts with commas between them: a,b.');
  return list;
}
