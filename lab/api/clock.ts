import { setTimeout as delay } from 'node:timers/promises';

/** Time as the API sees it, so that tests can turn the hands. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's own clock. A pending sleep does not keep the process alive: the action goes on after a restart. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => delay(milliseconds, undefined, { ref: false }),
};

/** A point in time as the API writes it: RFC 3339 in UTC, whole seconds. */
export const timestamp = (clock: Clock): string =>
  clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');
