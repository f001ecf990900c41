import { architectureOf, componentsFor, type Architecture, type Component } from './catalog.ts';
import { addressAt, formatCidr, offsetIn, parseCidr, sizeOf, subnetAt, type Cidr } from './cidr.ts';
import { LOCK_FILE, type ClusterLock, type NodeLock } from './lock.ts';
import { ETCD_POOL, MASTER_POOL, nodeName, placementGroupName, type NodeRole } from './names.ts';
import { problemAt, type Source } from './parse.ts';
import type { Problem, Result } from './problem.ts';
import type { ClusterConfig } from './schema.ts';
import { levelOf, type Level, type Topology } from './topology.ts';

/** A Kubernetes taint. */
export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** A type and a place for a server. */
export interface ServerChoice {
  readonly serverType: string;
  readonly location: string;
}

/** One machine and all that is decided about it before anything runs. */
export interface NodePlan {
  /** Host name, node name and server name, e.g. `prod-master-1`. */
  readonly name: string;
  readonly role: NodeRole;
  /** Pool: `master`, `etcd` or a worker pool's name. */
  readonly pool: string;
  /** Number in the pool, from 1. */
  readonly ordinal: number;
  /** Whether an etcd member runs here. */
  readonly etcdMember: boolean;
  /** Address in the WireGuard mesh, e.g. `10.0.1.11`. */
  readonly address: string;
  /** The pods' /24 of this node; etcd machines run no pods. */
  readonly podCidr?: string;
  readonly serverType: string;
  readonly architecture: Architecture;
  readonly location: string;
  /** Types and places for its server in the order of preference, what it has (or will have first) among them. */
  readonly choices: readonly ServerChoice[];
  readonly image: string;
  /** Absent where servers may share a physical machine. */
  readonly placementGroup?: string;
  /** More Debian packages than all nodes have. */
  readonly packages: readonly string[];
  /** What cloud-init runs at the server's first boot, beside what kubehaus needs. */
  readonly cloudInit: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Whether Hetzner refuses to delete or rebuild this server. */
  readonly protected: boolean;
}

/** Everything that stacks/ and render/ need to know; nothing in it depends on the time or the machine. */
export interface ClusterPlan {
  readonly name: string;
  readonly topology: Topology;
  readonly level: Level;
  /** etcd machines, masters, then workers by pool; within a pool by ordinal. */
  readonly nodes: readonly NodePlan[];
  /** Release files with the sums that they must have. */
  readonly components: readonly Component[];
  /** cluster.yaml with its defaults, for what is handed on as it is. */
  readonly config: ClusterConfig;
}

/** Prefix length of a node's share of the pod network: 254 pods, above the kubelet's default limit of 110. */
export const POD_PREFIX = 24;

/** First offset of each role in the mesh network, as in hetzner-kube: etcd .1, masters .11, workers .21. */
const FIRST_OFFSET: Record<NodeRole, number> = { etcd: 1, 'control-plane': 11, worker: 21 };

interface Wanted extends Omit<
  NodePlan,
  'name' | 'address' | 'podCidr' | 'location' | 'serverType' | 'choices' | 'placementGroup' | 'architecture'
> {
  readonly serverTypes: readonly string[];
  readonly locations: readonly string[];
  readonly placementGroups: boolean;
  /** Path in cluster.yaml that asks for this node. */
  readonly path: readonly PropertyKey[];
}

/**
 * Decides everything about the cluster that can be decided before it exists.
 *
 * What the lock knows of a node stays; new nodes get the lowest free address and pod network of their role, and a
 * location in turn. The returned lock holds exactly the planned nodes.
 */
export function planCluster(
  config: ClusterConfig,
  lock: ClusterLock,
  source: Source,
): Result<{ plan: ClusterPlan; lock: ClusterLock }> {
  const topology = topologyOf(config);
  const { nodeCidr, podCidr, serviceCidr, cni } = config.network;
  const wanted = wantedNodes(config);
  const { nodes, problems } = place(config, wanted, lock, source);
  if (problems.length > 0) return { ok: false, problems };

  const components = componentsFor(config.kubernetes.version, cni).map((component) =>
    withMirrorSums(component, config),
  );
  return {
    ok: true,
    value: {
      plan: { name: config.name, topology, level: levelOf(topology), nodes, components, config },
      lock: {
        version: 1,
        name: config.name,
        network: { nodeCidr, podCidr, serviceCidr, cni },
        nodes: Object.fromEntries(
          nodes.map(({ name, address, podCidr, location, serverType }) => [
            name,
            { address, ...(podCidr === undefined ? {} : { podCidr }), location, serverType },
          ]),
        ),
        components: Object.fromEntries(
          components.map(({ name, version, sha256 }) => [name, { version, sha256: { ...sha256 } }]),
        ),
      },
    },
  };
}

export function topologyOf(config: ClusterConfig): Topology {
  const masters = config.controlPlane.count;
  const workers = config.workers.reduce((sum, pool) => sum + pool.count, 0);
  return config.etcd.placement === 'isolated'
    ? { kind: 'isolated', masters, etcdMembers: config.etcd.count, workers }
    : { kind: 'stacked', masters, workers };
}

function wantedNodes(config: ClusterConfig): Wanted[] {
  const { etcd, controlPlane, workers, image, locations, deleteProtection } = config;
  const schedulable = controlPlane.schedulable ?? workers.length === 0;
  const ordinals = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...(etcd.placement === 'isolated'
      ? ordinals(etcd.count).map((ordinal) => ({
          role: 'etcd' as const,
          pool: ETCD_POOL,
          ordinal,
          etcdMember: true,
          serverTypes: etcd.serverType,
          placementGroups: true,
          packages: [],
          cloudInit: config.cloudInit,
          image,
          labels: {},
          taints: [],
          protected: deleteProtection,
          locations: etcd.locations ?? locations,
          path: ['etcd', 'count'],
        }))
      : []),
    ...ordinals(controlPlane.count).map((ordinal) => ({
      role: 'control-plane' as const,
      pool: MASTER_POOL,
      ordinal,
      etcdMember: etcd.placement === 'stacked',
      serverTypes: controlPlane.serverType,
      placementGroups: true,
      packages: [],
      cloudInit: controlPlane.cloudInit ?? config.cloudInit,
      image,
      labels: {},
      taints: schedulable
        ? []
        : [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' as const }],
      protected: deleteProtection,
      locations: controlPlane.locations ?? locations,
      path: ['controlPlane', 'count'],
    })),
    ...workers.flatMap((pool, index) =>
      ordinals(pool.count).map((ordinal) => ({
        role: 'worker' as const,
        pool: pool.name,
        ordinal,
        etcdMember: false,
        serverTypes: pool.serverType,
        placementGroups: pool.placementGroups,
        packages: pool.packages,
        cloudInit: pool.cloudInit ?? config.cloudInit,
        image: pool.image ?? image,
        labels: pool.labels,
        taints: pool.taints,
        protected: false,
        locations: pool.locations ?? locations,
        path: ['workers', index, 'count'],
      })),
    ),
  ];
}

function place(config: ClusterConfig, wanted: readonly Wanted[], lock: ClusterLock, source: Source) {
  const nodeCidr = cidrOf(config.network.nodeCidr);
  const podCidr = cidrOf(config.network.podCidr);
  const named = wanted.map((node) => ({ node, name: nodeName(config.name, node.pool, node.ordinal) }));
  const locked = new Map<string, NodeLock>(
    named.flatMap(({ name }) => {
      const known = lock.nodes[name];
      return known === undefined ? [] : [[name, known] as const];
    }),
  );
  const problems: Problem[] = [...changesOfRunningCluster(config, lock, source), ...lockProblems(locked)];

  const addresses = allocator(
    [...locked.values()].map(({ address }) => offsetIn(nodeCidr, address) ?? -1),
    FIRST_OFFSET,
  );
  const podNetworks = allocator(
    [...locked.values()].flatMap((node) =>
      node.podCidr === undefined
        ? []
        : [Math.floor(((parseCidr(node.podCidr)?.base ?? 0) - podCidr.base) / 2 ** (32 - POD_PREFIX))],
    ),
    { pods: 0 },
  );
  const podNetworkCount = Math.floor(sizeOf(podCidr) / 2 ** (32 - POD_PREFIX));
  const overflowing = new Set<string>();

  const nodes = named.map(({ node, name }): NodePlan => {
    const { locations, serverTypes, placementGroups, path, ...rest } = node;
    const known = locked.get(name);
    const offset = known ? (offsetIn(nodeCidr, known.address) ?? 0) : addresses(node.role);
    if (offset >= addressLimit(node.role, nodeCidr))
      overflowing.add(JSON.stringify({ path, what: 'address' }));
    const runsPods = node.role !== 'etcd';
    const podIndex = runsPods && known?.podCidr === undefined ? podNetworks('pods') : 0;
    if (podIndex >= podNetworkCount) overflowing.add(JSON.stringify({ path, what: 'pods' }));
    const choices = choicesOf(serverTypes, locations, node.ordinal);
    // Terraform leaves running servers as they are: other types and locations in cluster.yaml are for new nodes.
    const chosen = known ?? (choices[0] as ServerChoice);
    return {
      ...rest,
      name,
      address: known?.address ?? addressAt(nodeCidr, offset),
      ...(runsPods ? { podCidr: known?.podCidr ?? formatCidr(subnetAt(podCidr, POD_PREFIX, podIndex)) } : {}),
      serverType: chosen.serverType,
      architecture: architectureOf(chosen.serverType),
      location: chosen.location,
      choices,
      ...(placementGroups
        ? { placementGroup: placementGroupName(config.name, node.pool, node.ordinal) }
        : {}),
    };
  });

  for (const key of overflowing) {
    const { path, what } = JSON.parse(key) as { path: PropertyKey[]; what: string };
    problems.push(
      what === 'address'
        ? problemAt(
            source,
            path,
            `more nodes than ${config.network.nodeCidr} has addresses for this role`,
            'Use fewer nodes or a larger network.nodeCidr',
          )
        : problemAt(
            source,
            path,
            `more nodes than ${config.network.podCidr} has /${POD_PREFIX} networks`,
            'Use fewer nodes or a larger network.podCidr',
          ),
    );
  }
  return { nodes, problems };
}

/**
 * With one type there is no choice: locations are there to spread over. A list of types says that others will do: at the
 * node's own location first, then at the others.
 */
function choicesOf(
  serverTypes: readonly string[],
  locations: readonly string[],
  ordinal: number,
): readonly ServerChoice[] {
  const turn = (ordinal - 1) % locations.length;
  const inTurn = [...locations.slice(turn), ...locations.slice(0, turn)];
  return (serverTypes.length === 1 ? inTurn.slice(0, 1) : inTurn).flatMap((location) =>
    serverTypes.map((serverType) => ({ serverType, location })),
  );
}

/** What to order for a node where its type was out of stock at its location; undefined when nothing is left to try. */
export function nextChoice({ choices, serverType, location }: NodePlan): ServerChoice | undefined {
  const tried = choices.findIndex(
    (choice) => choice.serverType === serverType && choice.location === location,
  );
  return choices[tried + 1];
}

/** Hands out the lowest number of a kind, from the kind's first one on, that nobody has. */
function allocator<Kind extends string>(used: readonly number[], first: Readonly<Record<Kind, number>>) {
  const taken = new Set(used);
  const next: Record<Kind, number> = { ...first };
  return (kind: Kind): number => {
    while (taken.has(next[kind])) next[kind]++;
    taken.add(next[kind]);
    return next[kind];
  };
}

/** First offset that a role may not have: the next role's first one; for workers the broadcast address. */
function addressLimit(role: NodeRole, nodeCidr: Cidr): number {
  const end = sizeOf(nodeCidr) - 1;
  switch (role) {
    case 'etcd':
      return Math.min(FIRST_OFFSET['control-plane'], end);
    case 'control-plane':
      return Math.min(FIRST_OFFSET.worker, end);
    case 'worker':
      return end;
    default:
      return role satisfies never;
  }
}

/** Two branches may each have added a node, and Git have put both into the lock. */
function lockProblems(locked: ReadonlyMap<string, NodeLock>): Problem[] {
  const nodes = [...locked];
  const problems: Problem[] = [];
  for (const [what, value] of [
    ['address', (node: NodeLock) => node.address],
    ['pod network', (node: NodeLock) => node.podCidr],
  ] as const) {
    const owners = new Map<string, string>();
    for (const [name, node] of nodes) {
      const own = value(node);
      const other = own === undefined ? undefined : owners.get(own);
      if (own !== undefined && other === undefined) owners.set(own, name);
      if (other === undefined) continue;
      problems.push({
        file: LOCK_FILE,
        path: `nodes.${name}`,
        message: `${name} and ${other} have the same ${what}, ${String(own)}`,
        remedy:
          'Remove the entry of the node that does not exist yet, and render again; two branches may each have added one',
      });
    }
  }
  return problems;
}

/** Changes that would need more than a rerun: they are refused until there is a way that keeps the cluster whole. */
function changesOfRunningCluster(config: ClusterConfig, lock: ClusterLock, source: Source): Problem[] {
  const names = Object.keys(lock.nodes);
  if (names.length === 0) return [];
  const problems: Problem[] = [];
  const unless = 'or remove cluster.lock.yaml if the cluster was never brought up';
  if (lock.name !== undefined && lock.name !== config.name) {
    // All else would be compared with nodes of another name.
    return [
      problemAt(
        source,
        ['name'],
        `the cluster is called ${lock.name}, and another name would mean other servers in the place of all of them`,
        `Keep ${lock.name}, ${unless}; another cluster belongs in a folder of its own`,
      ),
    ];
  }
  const running = lock.components['kubeadm']?.version;
  if (running !== undefined && running !== config.kubernetes.version) {
    problems.push(
      problemAt(
        source,
        ['kubernetes', 'version'],
        `the cluster runs Kubernetes ${running}, and this version of kubehaus has no upgrade to ${config.kubernetes.version}`,
        `Keep ${running}, ${unless}`,
      ),
    );
  }
  for (const [name, has] of [
    ['nodeCidr', 'nodes'],
    ['podCidr', 'pods'],
    ['serviceCidr', 'Services'],
  ] as const) {
    const before = lock.network?.[name];
    if (before === undefined || before === config.network[name]) continue;
    problems.push(
      problemAt(
        source,
        ['network', name],
        `the ${has} of the running cluster have addresses of ${before}`,
        `Keep ${before}, ${unless}`,
      ),
    );
  }
  const cni = lock.network?.cni;
  if (cni !== undefined && cni !== config.network.cni) {
    problems.push(
      problemAt(
        source,
        ['network', 'cni'],
        `${cni} connects the pods of the running cluster, and all of them would lose their network`,
        `Keep ${cni}, ${unless}`,
      ),
    );
  }
  const highest = (pool: string) =>
    Math.max(
      0,
      ...names.map((name) => Number(new RegExp(`^${config.name}-${pool}-(\\d+)$`).exec(name)?.[1] ?? 0)),
    );
  const etcdMachines = highest(ETCD_POOL);
  const placement = etcdMachines > 0 ? 'isolated' : 'stacked';
  if (placement !== config.etcd.placement) {
    problems.push(
      problemAt(
        source,
        ['etcd', 'placement'],
        `etcd of the running cluster is ${placement}, and its data would not move along`,
        `Keep ${placement}, ${unless}`,
      ),
    );
  } else if (config.etcd.placement === 'isolated' && config.etcd.count < etcdMachines) {
    problems.push(
      problemAt(
        source,
        ['etcd', 'count'],
        `the cluster has ${etcdMachines} etcd machines, and removing one would leave its member behind`,
        `Keep ${etcdMachines}, ${unless}`,
      ),
    );
  }
  const masters = highest(MASTER_POOL);
  if (config.controlPlane.count < masters) {
    problems.push(
      problemAt(
        source,
        ['controlPlane', 'count'],
        `the cluster has ${masters} masters, and removing one would leave its etcd member and its node behind`,
        `Keep ${masters}, ${unless}`,
      ),
    );
  }
  return problems;
}

function withMirrorSums(component: Component, config: ClusterConfig): Component {
  const sumFor = (architecture: Architecture) =>
    config.mirror.sha256[component.path.replaceAll('{arch}', architecture)] ?? component.sha256[architecture];
  return { ...component, sha256: { amd64: sumFor('amd64'), arm64: sumFor('arm64') } };
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} passed the schema but is not a network`);
  return cidr;
}
