import type { Problem } from './problem.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';

/** What etcd's members and its timing must be. */
export const etcdRules: readonly Rule[] = [etcdQuorum, etcdElection];

/** An even number of members survives no more failures than one fewer (https://etcd.io/docs/v3.6/faq/). */
function etcdQuorum(config: ClusterConfig, source: Source): Problem[] {
  const [path, count] =
    config.etcd.placement === 'isolated'
      ? [['etcd', 'count'], config.etcd.count]
      : [['controlPlane', 'count'], config.controlPlane.count];
  if (count % 2 === 1) return [];
  return [
    problemAt(
      source,
      path,
      `${count} etcd members survive no more failures than ${count - 1}`,
      config.etcd.placement === 'isolated'
        ? `Use ${count - 1} or ${count + 1}`
        : `Use ${count - 1} or ${count + 1} masters, or put etcd on machines of its own with etcd.placement: isolated`,
    ),
  ];
}

/** etcd refuses to start with less (https://etcd.io/docs/v3.6/tuning/#time-parameters). */
function etcdElection({ etcd }: ClusterConfig, source: Source): Problem[] {
  const { heartbeatMs, electionMs } = etcd;
  if (electionMs >= 5 * heartbeatMs) return [];
  return [
    problemAt(
      source,
      ['etcd', 'electionMs'],
      `${electionMs} ms is less than 5 heartbeats of ${heartbeatMs} ms`,
      'Use at least 5 times etcd.heartbeatMs; 10 times is usual',
    ),
  ];
}
