import { FIRST_OFFSET, POD_PREFIX } from './addresses.ts';
import { architectureOf, componentsFor, type Architecture, type Component } from './catalog.ts';
import { addressAt, formatCidr, offsetIn, parseCidr, subnetAt, type Cidr } from './cidr.ts';
import type { ClusterLock, NodeLock } from './lock.ts';
import { ETCD_POOL, MASTER_POOL, nodeName, placementGroupName, type NodeRole } from './names.ts';
import { privateAddress, privateNetworkOf, type PrivateNetwork } from './private-network.ts';
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
  /** Address in the private network, where the cluster has one. */
  readonly privateAddress?: string;
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
  /** The Hetzner private network that carries the mesh; absent where it goes over the public addresses. */
  readonly privateNetwork?: PrivateNetwork;
  /** Release files with the sums that they must have. */
  readonly components: readonly Component[];
  /** cluster.yaml with its defaults, for what is handed on as it is. */
  readonly config: ClusterConfig;
}

interface Wanted extends Omit<
  NodePlan,
  | 'name'
  | 'address'
  | 'privateAddress'
  | 'podCidr'
  | 'location'
  | 'serverType'
  | 'choices'
  | 'placementGroup'
  | 'architecture'
> {
  readonly serverTypes: readonly string[];
  readonly locations: readonly string[];
  readonly placementGroups: boolean;
}

/**
 * Decides everything about the cluster that can be decided before it exists.
 *
 * What the lock knows of a node stays; new nodes get the lowest free address and pod network of their role, and a
 * location in turn. The returned lock holds exactly the planned nodes. Config and lock must have passed the rules (validate.ts).
 */
export function planCluster(
  config: ClusterConfig,
  lock: ClusterLock,
): { plan: ClusterPlan; lock: ClusterLock } {
  const topology = topologyOf(config);
  const { nodeCidr, podCidr, serviceCidr, cni } = config.network;
  const privateNetwork = privateNetworkOf(config);
  const nodes = place(config, wantedNodes(config), lock);
  const components = componentsFor(config.kubernetes.version, cni).map((component) =>
    withMirrorSums(component, config),
  );
  return {
    plan: {
      name: config.name,
      topology,
      level: levelOf(topology),
      nodes,
      ...(privateNetwork === undefined ? {} : { privateNetwork }),
      components,
      config,
    },
    lock: {
      version: 1,
      name: config.name,
      network: {
        nodeCidr,
        podCidr,
        serviceCidr,
        cni,
        wireguardPort: config.network.wireguardPort,
        ...(privateNetwork === undefined ? {} : { privateCidr: privateNetwork.cidr }),
      },
      sshUser: config.ssh.user,
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
    })),
    ...workers.flatMap((pool) =>
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
      })),
    ),
  ];
}

function place(config: ClusterConfig, wanted: readonly Wanted[], lock: ClusterLock): NodePlan[] {
  const nodeCidr = cidrOf(config.network.nodeCidr);
  const podCidr = cidrOf(config.network.podCidr);
  const privateNetwork = privateNetworkOf(config);
  const named = wanted.map((node) => ({ node, name: nodeName(config.name, node.pool, node.ordinal) }));
  const locked = new Map<string, NodeLock>(
    named.flatMap(({ name }) => {
      const known = lock.nodes[name];
      return known === undefined ? [] : [[name, known] as const];
    }),
  );

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

  return named.map(({ node, name }): NodePlan => {
    const { locations, serverTypes, placementGroups, ...rest } = node;
    const known = locked.get(name);
    const choices = choicesOf(serverTypes, locations, node.ordinal);
    // Terraform leaves running servers as they are: other types and locations in cluster.yaml are for new nodes.
    const chosen = known ?? (choices[0] as ServerChoice);
    const address = known?.address ?? addressAt(nodeCidr, addresses(node.role));
    return {
      ...rest,
      name,
      address,
      ...(privateNetwork === undefined
        ? {}
        : { privateAddress: privateAddress(address, nodeCidr, cidrOf(privateNetwork.cidr)) }),
      ...(node.role === 'etcd'
        ? {}
        : { podCidr: known?.podCidr ?? formatCidr(subnetAt(podCidr, POD_PREFIX, podNetworks('pods'))) }),
      serverType: chosen.serverType,
      architecture: architectureOf(chosen.serverType),
      location: chosen.location,
      choices,
      ...(placementGroups
        ? { placementGroup: placementGroupName(config.name, node.pool, node.ordinal) }
        : {}),
    };
  });
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
