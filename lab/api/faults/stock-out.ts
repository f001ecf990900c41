import type { State } from '../state/state.ts';

/** Whether the lab was told that this type of server can't be had at this location. */
export const isSoldOut = (state: State, location: string, serverType: string): boolean =>
  state.faults.some(
    ({ fault }) =>
      fault.kind === 'stock-out' &&
      fault.location === location &&
      (fault.serverType === undefined || fault.serverType === serverType),
  );
