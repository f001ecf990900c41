import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';

/** systemd units that must run on a node, by what it is for; the roles install them under these names. */
export function unitsOf({ config }: ClusterPlan, node: NodePlan): readonly string[] {
  return [
    'wg-quick@wg0.service',
    ...(node.etcdMember ? ['etcd.service'] : []),
    ...(node.etcdMember && config.etcd.snapshots.enabled ? ['etcd-snapshot.timer'] : []),
    ...(node.role === 'etcd' ? [] : ['containerd.service', 'master-lb.service', 'kubelet.service']),
    ...(node.role === 'control-plane' ? ['master-gate.service'] : []),
    ...(node.role === 'control-plane' && config.etcd.placement === 'isolated' ? ['etcd-gate.service'] : []),
  ];
}
