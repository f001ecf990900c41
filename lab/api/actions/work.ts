import type { Machines } from '../../hosts/machines.ts';
import { holdFirewall } from '../firewalls/work.ts';
import { holdNetworks } from '../networks/work.ts';
import { serverWork } from '../servers/work.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../state/store.ts';
import type { Job } from './record.ts';

/** How a job is done: steps that may take time, then one change of the state. */
export interface Work {
  /** Each step can be done again after an interruption. */
  readonly steps: readonly (() => Promise<void>)[];
  readonly succeed?: (draft: State) => void;
  /** Jobs that wait for the same server and fail along with this one. */
  readonly dependents?: readonly Job['kind'][];
}

export interface WorkNeeds {
  readonly store: Store;
  readonly machines: Machines;
  /** True when an earlier process may have begun the work already. */
  readonly again: boolean;
}

/** The work of a job. */
export function workOf(job: Job, needs: WorkNeeds): Work {
  switch (job.kind) {
    case 'hold_firewall':
      return holdFirewall(job.server, needs);
    case 'hold_networks':
      return holdNetworks(job.server, needs);
    default:
      return serverWork(job, needs);
  }
}
