import { Command, InvalidArgumentError, Option } from 'commander';
import type { ToldPrice } from '../api/prices/told-prices.ts';
import { askApi } from '../ask-api.ts';
import { labNamed } from '../state.ts';
import { commandsOf, type LabOption } from './name-option.ts';

interface Sum extends LabOption {
  readonly monthly: number;
  readonly hourly?: number;
  readonly location?: string;
}

/** `kubehaus-lab price`: what servers cost in a lab that is up. */
export function priceCommand(): Command {
  const price = new Command('price').description('change what servers cost in a lab that is up');
  const add = commandsOf(price);
  const change = (name: string, description: string) =>
    add(name, description)
      .requiredOption('--monthly <euro>', 'net price a month, such as 12.34', euro)
      .option('--hourly <euro>', 'net price an hour (default: a 624th of a month)', euro)
      .option('--location <location>', 'at this location alone, such as nbg1');
  const tell = async ({ name }: LabOption, told: ToldPrice) => {
    await askApi(labNamed(name), 'PUT', '/_lab/prices', told);
  };

  change('server', 'of a type of server')
    .requiredOption('--type <type>', 'such as cx33')
    .action(async ({ name, type, ...sum }: Sum & { readonly type: string }) =>
      tell({ name }, { kind: 'server', serverType: type, ...sum }),
    );

  change('primary-ip', 'of a public address')
    .addOption(new Option('--type <type>', 'of which kind').choices(['ipv4', 'ipv6']).default('ipv4'))
    .action(async ({ name, ...told }: Sum & { readonly type: 'ipv4' | 'ipv6' }) =>
      tell({ name }, { kind: 'primary-ip', ...told }),
    );

  add('list', 'the prices that were told, as JSON').action(async ({ name }: LabOption) => {
    const told = await askApi(labNamed(name), 'GET', '/_lab/prices');
    process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
  });

  add('clear', "the lab's own prices again").action(async ({ name }: LabOption) => {
    await askApi(labNamed(name), 'DELETE', '/_lab/prices');
  });
  return price;
}

function euro(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It must be an amount, such as 12.34.');
  return Number(text);
}
