import { Option } from 'commander';
import { errorCodes, type ErrorCode } from '../api/errors.ts';
import type { Fault } from '../api/faults/record.ts';
import type { ToldLimits } from '../api/limits/limits.ts';
import { askApi } from '../ask-api.ts';
import { labNamed } from '../state.ts';
import type { AddCommand, LabOption } from './name-option.ts';
import { seconds, wholeNumber } from './numbers.ts';

interface StockOut extends LabOption {
  readonly location: string;
  readonly type?: string;
  readonly left: number;
}

interface ApiErrorOptions extends LabOption {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly atCall: number;
  readonly times: number;
  readonly code: ErrorCode;
}

/** What the lab's API does wrong. The API keeps it, over its restarts as well. */
export function addApiFaults(add: AddCommand): void {
  const tell = (name: string, fault: Fault) => askApi(labNamed(name), 'POST', '/_lab/faults', fault);

  add('api-error', 'calls are answered with an error, from the n-th on that matches')
    .addOption(
      new Option('--method <method>', 'the method of the calls')
        .choices(['GET', 'POST', 'PUT', 'DELETE'])
        .makeOptionMandatory(),
    )
    .requiredOption('--path <path>', 'their path below /v1; * is any one segment: /servers/*')
    .option('--at-call <number>', 'the first that fails, counted from 1', wholeNumber, 1)
    .option('--times <number>', 'how many fail from there on', wholeNumber, 1)
    .addOption(
      new Option('--code <code>', "one of Hetzner's error codes").choices(errorCodes).default('unavailable'),
    )
    .action(async ({ name, method, path, atCall, times, code }: ApiErrorOptions) => {
      const message = 'an error that the lab was asked for';
      await tell(name, { kind: 'api-error', method, path, atCall, times, code, message });
    });

  add('slow-action', 'what the API does for a server takes longer')
    .requiredOption('--command <command>', 'such as create_server, start_server, delete_server')
    .requiredOption('--seconds <seconds>', 'how much longer', seconds)
    .action(async ({ name, command, seconds }: LabOption & { command: string; seconds: number }) => {
      await tell(name, { kind: 'slow-action', command, seconds });
    });

  add('failed-action', 'what the API does for a server fails')
    .requiredOption('--command <command>', 'such as create_server, start_server, delete_server')
    .option('--times <number>', 'how often', wholeNumber, 1)
    .action(async ({ name, command, times }: LabOption & { command: string; times: number }) => {
      await tell(name, { kind: 'failed-action', command, times });
    });

  add('stock-out', 'no server can be ordered at a location: resource_unavailable')
    .requiredOption('--location <location>', 'such as nbg1')
    .option('--type <type>', 'this type of server alone, such as cx33')
    .option('--left <number>', 'how many can still be had', wholeNumber, 0)
    .action(async ({ name, location, type, left }: StockOut) => {
      await tell(name, {
        kind: 'stock-out',
        location,
        ...(type === undefined ? {} : { serverType: type }),
        left,
      });
    });

  add('limit', 'what the project may have no more of: resource_limit_exceeded')
    .option('--servers <number>', 'servers', wholeNumber)
    .option('--primary-ips <number>', 'primary IPs; a server has two', wholeNumber)
    .option('--placement-groups <number>', 'placement groups', wholeNumber)
    .option('--firewalls <number>', 'firewalls', wholeNumber)
    .action(async ({ name, ...limits }: LabOption & ToldLimits) => {
      await askApi(labNamed(name), 'PUT', '/_lab/limits', limits);
    });
}
