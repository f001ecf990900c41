import { interrupted } from './errors.ts';

/** Signals that mean "stop": Ctrl-C, a polite kill, a closed terminal. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What happens on Ctrl-C: every child hears of it and is waited for, since Terraform must write its state and Ansible must
 * end its workers. What a child does at the first signal and at further ones is its own matter.
 */
export interface Interruption {
  /** Aborted by the first signal: what only waits can end at once. */
  readonly signal: AbortSignal;
  /** Tells a child of signals, with how many have come, until the returned function is called. */
  handOn(interrupt: (times: number) => void): () => void;
  /** Fails when a signal has come. */
  check(): void;
  /** Stops listening. */
  release(): void;
}

/** Listens for signals. `notify` is called at each one with what is being waited for. */
export function listenForInterruption(notify: (times: number, children: number) => void): Interruption {
  const controller = new AbortController();
  const children = new Set<(times: number) => void>();
  let times = 0;
  const stop = () => {
    times++;
    controller.abort(interrupted());
    notify(times, children.size);
    for (const interrupt of children) interrupt(times);
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
