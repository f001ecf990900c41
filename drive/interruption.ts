import { interrupted } from './errors.ts';

/** Signals that mean "stop": Ctrl-C, a polite kill, a closed terminal. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What happens on Ctrl-C: every child is asked once to stop (SIGINT) and is waited for, since Terraform must write its
 * state and Ansible must end its workers. Another Ctrl-C is handed on as well; both then stop at once.
 */
export interface Interruption {
  /** Aborted by the first signal: what only waits can end at once. */
  readonly signal: AbortSignal;
  /** Hands signals on to a child until the returned function is called. */
  handOn(interrupt: () => void): () => void;
  /** Fails when a signal has come. */
  check(): void;
  /** Stops listening. */
  release(): void;
}

/** Listens for signals. `notify` is called at each one with what is being waited for. */
export function listenForInterruption(notify: (times: number, children: number) => void): Interruption {
  const controller = new AbortController();
  const children = new Set<() => void>();
  let times = 0;
  const stop = () => {
    times++;
    controller.abort(interrupted());
    notify(times, children.size);
    for (const interrupt of children) interrupt();
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    handOn: (interrupt) => {
      children.add(interrupt);
      return () => children.delete(interrupt);
    },
    check: () => {
      if (controller.signal.aborted) throw interrupted();
    },
    release: () => {
      for (const name of STOP_SIGNALS) process.off(name, stop);
    },
  };
}
