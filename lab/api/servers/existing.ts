import { isLocked, notFound, notUnique } from '../errors.ts';
import type { State } from '../state/state.ts';
import type { ServerRecord } from './record.ts';
import { lockOf } from './status.ts';

/** A server by its id. Throws `not_found`. */
export function existingServer(state: State, id: number): ServerRecord {
  const server = state.servers.find((candidate) => candidate.id === id);
  if (!server) throw notFound('server', id);
  return server;
}

/** A server that no action is working on. Throws `not_found` or `locked`. */
export function unlockedServer(state: State, id: number): ServerRecord {
  const server = existingServer(state, id);
  if (lockOf(state, id)) throw isLocked('server');
  return server;
}

export function refuseTakenServerName(state: State, name: string, self: number): void {
  if (state.servers.some((server) => server.name === name && server.id !== self))
    throw notUnique('server name is already used', 'name');
}
