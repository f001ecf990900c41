import type { RequestFigures } from '../../lab/probes/figures.ts';
import type { Window } from '../../lab/probes/report.ts';

type Requests = Pick<
  RequestFigures,
  'requests' | 'failed' | 'failedAfterRetry' | 'longestGap' | 'slowest' | 'failures'
>;

/** What is kept of a span of time: what all nodes saw together that were not under fault. Times are whole milliseconds. */
export interface Figures {
  readonly lasted: number;
  /** Whether there was such a node; else all figures are of nobody. */
  readonly looked: boolean;
  readonly read: Requests;
  readonly write: Requests;
  /** Reads on a connection that is kept. */
  readonly kept: Requests;
  readonly watch: {
    readonly longestSilence: number;
    readonly longestResume: number;
    readonly broken: number;
  };
  readonly pods: Requests;
  readonly service: Requests;
  readonly droppedStreams: number;
  /** When the last attempt began that got to a master under fault, from the fault on; null when none did. */
  readonly lastReached: number | null;
}

export function figuresOf({ from, to, nodes, others, masters }: Window): Figures {
  const reached = masters.flatMap(({ lastReached }) => (lastReached === null ? [] : [lastReached]));
  return {
    lasted: to - from,
    looked: nodes.some(({ underFault }) => !underFault),
    read: rounded(others.read),
    write: rounded(others.write),
    kept: rounded(others.kept),
    watch: {
      longestSilence: Math.round(others.watch.longestSilence),
      longestResume: Math.round(others.watch.longestResume),
      broken: others.watch.broken,
    },
    pods: rounded(others.pods),
    service: rounded(others.service),
    droppedStreams: others.streams.dropped,
    lastReached: reached.length === 0 ? null : Math.round(Math.max(...reached)),
  };
}

function rounded({
  requests,
  failed,
  failedAfterRetry,
  longestGap,
  slowest,
  failures,
}: RequestFigures): Requests {
  return {
    requests,
    failed,
    failedAfterRetry,
    longestGap: Math.round(longestGap),
    slowest: Math.round(slowest),
    failures,
  };
}
