import { describe, expect, it } from 'vitest';
import { findingsOf, type NodeStatus } from '../../drive/status.ts';

const healthy: NodeStatus = {
  name: 'prod-master-1',
  role: 'control-plane',
  address: '10.0.1.11',
  publicAddress: '203.0.113.11',
  serverId: '11',
  ssh: 'ok',
  units: { 'etcd.service': 'active', 'kubelet.service': 'active' },
  etcd: 'healthy',
  snapshots: { newest: '2026-11-22T12:00:04.000Z', failed: false },
  ready: 'True',
};

describe('findings about a node', () => {
  it.each<[string, Partial<NodeStatus>, string[]]>([
    ['none when all is well', {}, []],
    ['SSH', { ssh: 'Connection refused', units: {} }, ['prod-master-1: SSH: Connection refused']],
    [
      'a unit',
      { units: { 'etcd.service': 'active', 'kubelet.service': 'failed' } },
      ['prod-master-1: kubelet.service is failed'],
    ],
    ['etcd', { etcd: 'unhealthy: no leader' }, ['prod-master-1: etcd is unhealthy: no leader']],
    [
      'a full database of etcd',
      {
        etcd: 'unhealthy: https://10.0.1.11:2379 is unhealthy: failed to commit proposal: Active Alarm(s): NOSPACE',
      },
      [
        'prod-master-1: etcd takes no more writes, its database is full (NOSPACE): delete what filled it, then run `ansible-playbook etcd-make-room.yml` in rendered/ansible',
      ],
    ],
    ['no snapshot so far: none is due yet', { snapshots: { failed: false } }, []],
    [
      'a snapshot that failed',
      { snapshots: { newest: '2026-11-22T12:00:04.000Z', failed: true } },
      ['prod-master-1: the last snapshot of etcd failed; journalctl --unit etcd-snapshot there tells why'],
    ],
    ['a kubelet that is silent', { ready: 'Unknown' }, ['prod-master-1: Ready is Unknown']],
    ['a node that never joined', { ready: 'missing' }, ['prod-master-1: Kubernetes has no such node']],
  ])('%s', (_name, difference, findings) => {
    expect(findingsOf({ ...healthy, ...difference })).toEqual(findings);
  });
});
