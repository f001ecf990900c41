import { describe, expect, it } from 'vitest';
import { hostChanges } from '../../render/host-changes.ts';
import { renderCluster, type Tree } from '../../render/tree.ts';
import { clusterOf } from '../stacks/terraform.ts';
import { sources } from './scenarios.ts';

const FIELDS = {
  controlPlane: { count: 1 },
  etcd: { placement: 'isolated', count: 3 },
  workers: [{ count: 2 }],
};
const MASTER = ['prod-master-1'];
const WORKERS = ['prod-worker-1', 'prod-worker-2'];
const ETCD = ['prod-etcd-1', 'prod-etcd-2', 'prod-etcd-3'];
const ALL = [...ETCD, ...MASTER, ...WORKERS];

const treeOf = (fields: object = {}): Tree =>
  renderCluster(clusterOf({ ...FIELDS, ...fields }).plan, sources);

/** Phase and role → what is new, and for whom. */
function newFor(after: Tree): Record<string, [what: readonly string[], nodes: readonly string[]]> {
  return Object.fromEntries(
    hostChanges(treeOf(), after, ALL).map(({ phase, role, what, nodes }) => [
      `${phase} ${role}`,
      [what, nodes],
    ]),
  );
}

describe('what a change of cluster.yaml brings to nodes that exist', () => {
  it('is nothing where nothing changed', () => {
    expect(newFor(treeOf())).toEqual({});
  });

  it('is named by phase and role, for the nodes on which that role runs', () => {
    expect(newFor(treeOf({ etcd: { ...FIELDS.etcd, quotaGib: 4 } }))).toEqual({
      'etcd etcd': [['etcd_quota_bytes'], [...ETCD, ...MASTER]],
    });
    const changed = newFor(treeOf({ controlPlane: { count: 1, certSANs: ['api.example.org'] } }));
    expect(changed['install-masters kubernetes']).toEqual([['files/kubeadm.yaml'], MASTER]);
    expect(Object.values(changed).some(([, nodes]) => nodes.some((node) => ETCD.includes(node)))).toBe(false);
  });

  it('is one node’s own where only its variables changed', () => {
    const changed = newFor(treeOf({ workers: [{ count: 2, labels: { disk: 'fast' } }] }));
    expect(changed['install-workers kubernetes']).toEqual([['node_labels'], WORKERS]);
    expect(Object.values(changed).every(([, nodes]) => nodes.join() === WORKERS.join())).toBe(true);
  });

  it('is the mesh and the host names for all where a worker is added', () => {
    const changed = newFor(treeOf({ workers: [{ count: 3 }] }));
    expect(changed['network-setup wireguard']).toEqual([['cluster_nodes'], ALL]);
    expect(changed['provision host']).toEqual([['files/hosts'], ALL]);
  });

  it('is a new version of kubehaus where playbooks, modules or ansible.cfg changed', () => {
    const after = new Map(treeOf());
    after.set('ansible/library/managed_unit.py', '# another one');
    expect(newFor(after)).toEqual({ 'all playbooks and modules': [['library/managed_unit.py'], ALL] });
  });
});
