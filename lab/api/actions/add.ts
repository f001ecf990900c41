import type { State } from '../state/state.ts';
import { newId } from '../state/state.ts';
import type { ActionRecord, ActionResource, Job } from './record.ts';

/** How many finished actions are remembered. */
const REMEMBERED = 2000;

const forgetOldest = (draft: State): void => {
  const finished = draft.actions.filter(({ status }) => status !== 'running');
  const forgotten = new Set(finished.slice(0, Math.max(0, finished.length - REMEMBERED)));
  if (forgotten.size > 0) draft.actions = draft.actions.filter((action) => !forgotten.has(action));
};

/** Adds an action whose job the runner will do once the answer is out. */
export function addAction(
  draft: State,
  started: string,
  command: string,
  resources: readonly ActionResource[],
  job: Job,
): ActionRecord {
  const action: ActionRecord = {
    id: newId(draft),
    command,
    status: 'running',
    progress: 0,
    started,
    finished: null,
    resources: [...resources],
    error: null,
    job,
  };
  draft.actions.push(action);
  forgetOldest(draft);
  return action;
}

/** Adds an action for a change that is already done when the request is answered. */
export function addFinishedAction(
  draft: State,
  started: string,
  command: string,
  resources: readonly ActionResource[],
): ActionRecord {
  const action: ActionRecord = {
    id: newId(draft),
    command,
    status: 'success',
    progress: 100,
    started,
    finished: started,
    resources: [...resources],
    error: null,
    job: null,
  };
  draft.actions.push(action);
  forgetOldest(draft);
  return action;
}
