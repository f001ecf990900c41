import { Command, InvalidArgumentError } from 'commander';
import type { Fault } from '../api/faults/record.ts';
import type { ToldLimits } from '../api/limits/limits.ts';
import { askApi } from '../ask-api.ts';
import { labNamed } from '../state.ts';
import { nameOption } from './name-option.ts';

interface LabOption {
  readonly name: string;
}

interface StockOut extends LabOption {
  readonly location: string;
  readonly type?: string;
  readonly left: number;
}

/** `kubehaus-lab fault`: makes things go wrong in a lab that is up. One subcommand a kind of fault. */
export function faultCommand(): Command {
  const fault = new Command('fault').description('make something go wrong in a lab that is up');
  const command = (name: string, description: string) =>
    fault
      .command(name)
      .description(description)
      .option(...nameOption);

  command('stock-out', 'no server can be ordered at a location: resource_unavailable')
    .requiredOption('--location <location>', 'such as nbg1')
    .option('--type <type>', 'this type of server alone, such as cx33')
    .option('--left <number>', 'how many can still be had', wholeNumber, 0)
    .action(async ({ name, location, type, left }: StockOut) => {
      const wanted: Fault = {
        kind: 'stock-out',
        location,
        ...(type === undefined ? {} : { serverType: type }),
        left,
      };
      await askApi(labNamed(name), 'POST', '/_lab/faults', wanted);
    });

  command('limit', 'what the project may have no more of: resource_limit_exceeded')
    .option('--servers <number>', 'servers', wholeNumber)
    .option('--primary-ips <number>', 'primary IPs; a server has two', wholeNumber)
    .option('--placement-groups <number>', 'placement groups', wholeNumber)
    .option('--firewalls <number>', 'firewalls', wholeNumber)
    .action(async ({ name, ...limits }: LabOption & ToldLimits) => {
      await askApi(labNamed(name), 'PUT', '/_lab/limits', limits);
    });

  command('list', 'what goes wrong now, as JSON').action(async ({ name }: LabOption) => {
    const lab = labNamed(name);
    const { faults } = (await askApi(lab, 'GET', '/_lab/faults')) as { faults: unknown };
    const limits = await askApi(lab, 'GET', '/_lab/limits');
    process.stdout.write(`${JSON.stringify({ faults, limits }, undefined, 2)}\n`);
  });

  command('clear', 'nothing goes wrong any more').action(async ({ name }: LabOption) => {
    const lab = labNamed(name);
    await askApi(lab, 'DELETE', '/_lab/faults');
    await askApi(lab, 'DELETE', '/_lab/limits');
  });
  return fault;
}

function wholeNumber(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
