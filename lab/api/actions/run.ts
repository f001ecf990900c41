import type { Clock } from '../clock.ts';
import { timestamp } from '../clock.ts';
import { delayOf, failureOf } from '../faults/of-actions.ts';
import type { Machines } from '../../hosts/machines.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../state/store.ts';
import type { ActionRecord } from './record.ts';
import { workOf } from './work.ts';

export interface Runner {
  /** Starts every running action that is not being worked on. */
  kick(): void;
  /** Takes up no further step, and waits for those that are being done. What is not done is left for the next start. */
  stop(): Promise<void>;
}

interface Needs {
  readonly store: Store;
  readonly machines: Machines;
  readonly clock: Clock;
  /** Told of every action that failed. */
  readonly failed: (action: ActionRecord, error: unknown) => void;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const find = (draft: State, id: number): ActionRecord | undefined =>
  draft.actions.find((action) => action.id === id);

/**
 * Works on the actions that the state says are running. Actions on one server are done one after the other, in the order
 * in which they came. Since all that an action needs stands in the state, the actions that an earlier process has left
 * running are taken up in the same way as new ones.
 */
export function actionRunner({ store, machines, clock, failed }: Needs): Runner {
  const inherited = new Set(store.state.actions.map(({ id }) => id));
  const taken = new Set<number>();
  const queues = new Map<number, Promise<void>>();
  let stopped = false;
  let stop: () => void = () => undefined;
  const stopping = new Promise<void>((resolve) => {
    stop = () => {
      stopped = true;
      resolve();
    };
  });

  function end(id: number, settle: (draft: State) => void, error: ActionRecord['error']): void {
    store.update((draft) => {
      settle(draft);
      const action = find(draft, id);
      if (!action) return;
      action.status = error ? 'error' : 'success';
      action.progress = 100;
      action.finished = timestamp(clock);
      action.error = error;
    });
  }

  async function run(action: ActionRecord): Promise<void> {
    if (stopped || action.job === null || find(store.state, action.id)?.status !== 'running') return;
    const work = workOf(action.job, { store, machines, again: inherited.has(action.id) });
    try {
      const delay = delayOf(store.state, action.command);
      if (delay > 0) await Promise.race([clock.sleep(delay), stopping]);
      if (stopped) return;
      const failure = failureOf(store, action.command);
      if (failure) throw failure;
      for (const [index, step] of work.steps.entries()) {
        if (stopped) return;
        await step();
        const progress = Math.floor((100 * (index + 1)) / (work.steps.length + 1));
        store.update((draft) => {
          const record = find(draft, action.id);
          if (record) record.progress = progress;
        });
      }
      end(action.id, (draft) => work.succeed?.(draft), null);
    } catch (error) {
      failed(action, error);
      end(action.id, () => undefined, { code: 'action_failed', message: messageOf(error) });
      const { server } = action.job;
      for (const { id, status, job } of store.state.actions) {
        if (status === 'running' && job?.server === server && work.dependents?.includes(job.kind))
          end(id, () => undefined, { code: 'action_failed', message: `${action.command} failed before it` });
      }
    }
    kick();
  }

  function kick(): void {
    for (const action of store.state.actions) {
      if (stopped || action.status !== 'running' || action.job === null || taken.has(action.id)) continue;
      taken.add(action.id);
      const { server } = action.job;
      const before = queues.get(server) ?? Promise.resolve();
      const queue = before.then(() => run(action));
      queues.set(server, queue);
      void queue.then(() => {
        taken.delete(action.id);
        if (queues.get(server) === queue) queues.delete(server);
      });
    }
  }

  return {
    kick,
    async stop() {
      stop();
      await Promise.all(queues.values());
    },
  };
}
