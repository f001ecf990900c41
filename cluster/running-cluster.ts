import type { ClusterLock } from './lock.ts';
import { ETCD_POOL, MASTER_POOL } from './names.ts';
import type { Problem } from './problem.ts';
import { privateNetworkOf, zoneOf } from './private-network.ts';
import { eachOf, type Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import type { Location } from './schema/values.ts';
import { problemAt, type Source } from './source.ts';
import { toleratedFailures } from './topology.ts';
import { known } from './unreadable.ts';

/** A rule on what has changed since the cluster was planned last. */
type ChangeRule = (
  config: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  /** What a remedy ends with where perhaps no server was ever made; empty where some were. */
  unless: string,
) => Problem[];

/** Changes that would need more than a rerun: they are refused until there is a way that keeps the cluster whole. */
export const changesOfRunningCluster: readonly Rule[] = [
  ofRunning(otherName),
  ...[
    otherVersion,
    otherNetworks,
    otherPodNetwork,
    otherTransport,
    otherPrivateNetwork,
    otherZone,
    otherWireguardPort,
    otherUser,
    etcdMoved,
    etcdMembersRemoved,
    mastersRemoved,
  ].map((rule) =>
    // Under another name, all else would be compared with nodes of another cluster.
    ofRunning((config, source, lock, unless) =>
      known(() => otherName(config, source, lock, unless).length > 0) === true
        ? []
        : rule(config, source, lock, unless),
    ),
  ),
];

function ofRunning(rule: ChangeRule): Rule {
  return (config, source, { value: lock, serversMade }) =>
    Object.keys(lock.nodes).length === 0 ? [] : rule(config, source, lock, serversMade ? '' : UNLESS);
}

/** Rendering alone has put new nodes into the lock. */
const OR_RESTORE = 'or restore cluster.lock.yaml from version control if the new ones were never made';

const UNLESS = ', or remove cluster.lock.yaml if the cluster was never brought up';

function otherName(config: ClusterConfig, source: Source, lock: ClusterLock, unless: string): Problem[] {
  if (lock.name === undefined || lock.name === config.name) return [];
  return [
    problemAt(
      source,
      ['name'],
      `the cluster is called ${lock.name}, and another name would mean other servers in the place of all of them`,
      `Keep ${lock.name}${unless}; another cluster belongs in a folder of its own`,
    ),
  ];
}

/** A field that stays as it was; nothing is said where the lock does not tell how it was. */
function kept<Value extends string | number>(
  source: Source,
  path: readonly PropertyKey[],
  before: Value | undefined,
  now: Value,
  message: (before: Value) => string,
  unless: string,
): Problem[] {
  if (before === undefined || before === now) return [];
  return [problemAt(source, path, message(before), `Keep ${before}${unless}`)];
}

function otherVersion(
  { kubernetes }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  return kept(
    source,
    ['kubernetes', 'version'],
    lock.components['kubeadm']?.version,
    kubernetes.version,
    (running) => `cluster.lock.yaml has Kubernetes ${running}, and ${whyNot(running, kubernetes.version)}`,
    unless,
  );
}

/** kubelets and API servers work with their neighbours only (https://kubernetes.io/releases/version-skew-policy/). */
function whyNot(running: string, wanted: string): string {
  const [, fromMinor = 0, fromPatch = 0] = running.split('.').map(Number);
  const [, minor = 0, patch = 0] = wanted.split('.').map(Number);
  if (minor < fromMinor || (minor === fromMinor && patch < fromPatch))
    return `Kubernetes has no way back to ${wanted}`;
  if (minor > fromMinor + 1) return `Kubernetes can't leave out a minor version on the way to ${wanted}`;
  return `this version of kubehaus has no upgrade to ${wanted}`;
}

function otherNetworks(
  { network }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  const users = [
    ['nodeCidr', 'nodes'],
    ['podCidr', 'pods'],
    ['serviceCidr', 'Services'],
  ] as const;
  return eachOf(users, ([name, what]) =>
    kept(
      source,
      ['network', name],
      lock.network?.[name],
      network[name],
      (before) => `the ${what} of the running cluster have addresses of ${before}`,
      unless,
    ),
  );
}

function otherPodNetwork(
  { network }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  return kept(
    source,
    ['network', 'cni'],
    lock.network?.cni,
    network.cni,
    (before) =>
      `${before} connects the pods of the running cluster, and all of them would lose their network`,
    unless,
  );
}

/**
 * Terraform would close WireGuard's port, or take servers out of their network, before Ansible tells any of them where the
 * others are from now on: the mesh would be down in between, and with it etcd.
 */
function otherTransport(
  { network }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  if (lock.network === undefined) return [];
  return kept(
    source,
    ['network', 'transport'],
    lock.network.privateCidr === undefined ? 'public' : 'private',
    network.transport,
    (running) => `the mesh of the running cluster has ${running} transport, and would be down while it moves`,
    unless,
  );
}

function otherPrivateNetwork(
  { network }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  if (network.transport !== 'private') return [];
  return kept(
    source,
    ['network', 'privateCidr'],
    lock.network?.privateCidr,
    network.privateCidr,
    (before) => `the servers of the running cluster have private addresses of ${before}`,
    unless,
  );
}

/** As with the transport: Terraform would open one port and close the other before Ansible tells any host of it. */
function otherWireguardPort(
  { network }: ClusterConfig,
  source: Source,
  lock: ClusterLock,
  unless: string,
): Problem[] {
  return kept(
    source,
    ['network', 'wireguardPort'],
    lock.network?.wireguardPort,
    network.wireguardPort,
    (before) =>
      `the nodes of the running cluster listen on ${before}, and would lose each other while the port changes`,
    unless,
  );
}

function otherZone(config: ClusterConfig, source: Source, lock: ClusterLock, unless: string): Problem[] {
  const planned = privateNetworkOf(config);
  if (planned === undefined || lock.network?.privateCidr === undefined) return [];
  const [name, node] =
    Object.entries(lock.nodes).find(([, { location }]) => zoneOf(location as Location) !== planned.zone) ??
    [];
  if (name === undefined || node === undefined) return [];
  return [
    problemAt(
      source,
      config.controlPlane.locations ? ['controlPlane', 'locations'] : ['locations'],
      `the private network of the running cluster is where ${name} is, in ${node.location}, and cannot have servers in ${planned.zone}`,
      `Use locations of the same network zone as ${node.location}${unless}`,
    ),
  ];
}

function otherUser({ ssh }: ClusterConfig, source: Source, lock: ClusterLock, unless: string): Problem[] {
  const user = lock.sshUser ?? 'root';
  if (user === ssh.user) return [];
  return [
    problemAt(
      source,
      ['ssh', 'user'],
      `the servers let ${user} in: who logs in is settled at their first boot`,
      `Keep ${user}${unless}; or give ${ssh.user} your keys, and sudo without a password, on every server by hand, and then set sshUser in cluster.lock.yaml to ${ssh.user}`,
    ),
  ];
}

function etcdMoved(config: ClusterConfig, source: Source, lock: ClusterLock, unless: string): Problem[] {
  return kept(
    source,
    ['etcd', 'placement'],
    placementOf(config, lock),
    config.etcd.placement,
    (before) => `etcd of the running cluster is ${before}, and its data would not move along`,
    unless,
  );
}

function etcdMembersRemoved(config: ClusterConfig, source: Source, lock: ClusterLock): Problem[] {
  const members = highest(ETCD_POOL, config, lock);
  if (config.etcd.placement !== 'isolated' || config.etcd.count >= members) return [];
  return [
    problemAt(
      source,
      ['etcd', 'count'],
      `the cluster has ${members} etcd machines, and ${quorumLost(members, config.etcd.count) ?? 'removing one would leave its member behind'}`,
      `Keep ${members}, ${OR_RESTORE}`,
    ),
  ];
}

function mastersRemoved(config: ClusterConfig, source: Source, lock: ClusterLock): Problem[] {
  const masters = highest(MASTER_POOL, config, lock);
  const { count } = config.controlPlane;
  if (count >= masters) return [];
  const stacked = placementOf(config, lock) === 'stacked';
  return [
    problemAt(
      source,
      ['controlPlane', 'count'],
      `the cluster has ${masters} masters, and ${
        (stacked ? quorumLost(masters, count) : undefined) ??
        `removing one would leave its ${stacked ? 'etcd member and its ' : ''}node behind`
      }`,
      `Keep ${masters}, ${OR_RESTORE}`,
    ),
  ];
}

/** Members that are gone count as members all the same, until they are removed from etcd. */
function quorumLost(members: number, left: number): string | undefined {
  if (members - left <= toleratedFailures(members)) return undefined;
  return `without ${members - left} of ${members} members etcd has no majority: the API would stop`;
}

function placementOf(config: ClusterConfig, lock: ClusterLock): ClusterConfig['etcd']['placement'] {
  return highest(ETCD_POOL, config, lock) > 0 ? 'isolated' : 'stacked';
}

/** The highest number that a node of the pool has; 0 without any. */
function highest(pool: string, config: ClusterConfig, lock: ClusterLock): number {
  const ofPool = new RegExp(`^${lock.name ?? config.name}-${pool}-(\\d+)$`);
  return Math.max(0, ...Object.keys(lock.nodes).map((name) => Number(ofPool.exec(name)?.[1] ?? 0)));
}
