import type { State } from '../state/state.ts';
import type { Store } from '../state/store.ts';

/** How many milliseconds an action with this command is held up. */
export const delayOf = (state: State, command: string): number =>
  state.faults
    .map(({ fault }) => fault)
    .filter((fault) => fault.kind === 'slow-action' && fault.command === command)
    .reduce((sum, fault) => sum + (fault.kind === 'slow-action' ? fault.seconds * 1000 : 0), 0);

/** The error with which an action with this command shall end, if any; counts it. */
export function failureOf(store: Store, command: string): Error | undefined {
  const due = store.state.faults.find(
    ({ fault, met }) => fault.kind === 'failed-action' && fault.command === command && met < fault.times,
  );
  if (!due) return undefined;
  store.update((draft) => {
    const record = draft.faults.find(({ id }) => id === due.id);
    if (record) record.met += 1;
  });
  return new Error('a failure that the lab was asked for');
}
