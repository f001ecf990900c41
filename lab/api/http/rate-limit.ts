import type { Clock } from '../clock.ts';

export interface RateLimit {
  readonly limit: number;
  /** Requests that are left now. */
  readonly remaining: number;
  /** When all of them will be there again, in seconds of UNIX time. */
  readonly reset: number;
  readonly exceeded: boolean;
}

/** Takes one request out of the budget and tells how it stands. */
export type TakeOne = () => RateLimit;

/**
 * The budget of a project: 3600 requests an hour, and one more every second
 * (https://docs.hetzner.cloud/reference/cloud#description/rate-limiting).
 */
export function rateLimit(clock: Clock, limit = 3600): TakeOne {
  const perSecond = limit / 3600;
  let remaining = limit;
  let at = clock.now().getTime();
  return () => {
    const now = clock.now().getTime();
    remaining = Math.min(limit, remaining + ((now - at) / 1000) * perSecond);
    at = now;
    const exceeded = remaining < 1;
    if (!exceeded) remaining -= 1;
    return {
      limit,
      remaining: Math.floor(remaining),
      reset: Math.ceil(now / 1000 + (limit - remaining) / perSecond),
      exceeded,
    };
  };
}
