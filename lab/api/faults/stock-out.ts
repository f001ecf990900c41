import type { State } from '../state/state.ts';

/** The stock-outs that the lab was told of for a type of server at a location. */
const stockOuts = (state: State, location: string, serverType: string) =>
  state.faults.flatMap((record) => {
    const { fault } = record;
    const concerns =
      fault.kind === 'stock-out' &&
      fault.location === location &&
      (fault.serverType === undefined || fault.serverType === serverType);
    return concerns ? [{ record, left: fault.left }] : [];
  });

/** Whether this type of server can't be had at this location now. */
export const isSoldOut = (state: State, location: string, serverType: string): boolean =>
  stockOuts(state, location, serverType).some(({ record, left }) => record.met >= left);

/** Counts a server that was sold. */
export function countSold(draft: State, location: string, serverType: string): void {
  for (const { record } of stockOuts(draft, location, serverType)) record.met += 1;
}
