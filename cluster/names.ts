/** What a node is for. An etcd node runs nothing but etcd; a control-plane node runs etcd, too, when etcd is stacked. */
export type NodeRole = 'control-plane' | 'worker' | 'etcd';

/** Pool names that the seed's users know for the two fixed roles; worker pools may not use them. */
export const MASTER_POOL = 'master';
export const ETCD_POOL = 'etcd';

/** `prod-worker-1`: stable, since an ordinal is never given to another machine while this one exists. */
export function nodeName(cluster: string, pool: string, ordinal: number): string {
  return `${cluster}-${pool}-${ordinal}`;
}

/** Hetzner puts at most 10 servers into a spread placement group (https://docs.hetzner.com/cloud/placement-groups/overview/). */
export const PLACEMENT_GROUP_LIMIT = 10;

/** Placement groups of one project (https://docs.hetzner.com/cloud/placement-groups/overview/). */
export const PROJECT_PLACEMENT_GROUPS = 50;

/** `prod-worker-1` holds the pool's ordinals 1 to 10, `prod-worker-2` 11 to 20, and so on. */
export function placementGroupName(cluster: string, pool: string, ordinal: number): string {
  return `${cluster}-${pool}-${Math.floor((ordinal - 1) / PLACEMENT_GROUP_LIMIT) + 1}`;
}

/** A DNS label (RFC 1123, section 2.1). */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
