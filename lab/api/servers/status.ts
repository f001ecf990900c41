import type { ActionRecord } from '../actions/record.ts';
import type { State } from '../state/state.ts';

export const serverStatuses = [
  'initializing',
  'starting',
  'running',
  'stopping',
  'off',
  'deleting',
  'rebuilding',
  'migrating',
  'unknown',
] as const;
export type ServerStatus = (typeof serverStatuses)[number];

/** What a server's status is while an action works on it; a reboot leaves it running. Other actions do not lock it. */
const statusDuring: Readonly<Record<string, ServerStatus>> = {
  create_server: 'initializing',
  start_server: 'starting',
  stop_server: 'stopping',
  shutdown_server: 'stopping',
  reboot_server: 'running',
  reset_server: 'running',
  rebuild_server: 'rebuilding',
  change_server_type: 'migrating',
  delete_server: 'deleting',
};

/** The running action that a server is locked by, if any: the one that is being worked on now. */
export const lockOf = (state: State, server: number): ActionRecord | undefined =>
  state.actions.find(
    ({ status, job }) => status === 'running' && job?.server === server && job.kind in statusDuring,
  );

/** The status of a server, given whether its machine runs. */
export function statusOf(state: State, server: number, runs: boolean): ServerStatus {
  const lock = lockOf(state, server);
  const during = lock?.job && statusDuring[lock.job.kind];
  return during ?? (runs ? 'running' : 'off');
}
