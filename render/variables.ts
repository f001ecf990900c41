import { podNetworkComponents, type ComponentName, type PodNetwork } from '../cluster/catalog.ts';
import type { NodePlan } from '../cluster/plan.ts';
import type { Settings } from './merge.ts';
import type { View } from './view.ts';

/** group_vars/all.yml: what is the same for all hosts. Each name begins with the role that reads it. */
export function groupVariables(view: View): Settings {
  const { config } = view;
  const { network, mirror, kubernetes } = config;
  return {
    cluster_name: view.name,
    cluster_nodes: view.nodes.map(({ name, address, role }) => ({ name, address, role })),
    ...(mirror.apt === undefined ? {} : { host_apt_repository: aptRepository(mirror.apt) }),
    host_packages_more: config.packages,
    components_base_url: mirror.files === undefined ? 'https://' : `${mirror.files.replace(/\/$/, '')}/`,
    components_catalog: view.components.map(({ name, version, path, sha256 }) => ({
      name,
      version,
      path,
      sha256,
    })),
    wireguard_port: network.wireguardPort,
    wireguard_mtu: network.mtu,
    wireguard_cidr: network.nodeCidr,
    etcd_cluster_token: view.name,
    etcd_quota_bytes: config.etcd.quotaGib * 2 ** 30,
    etcd_heartbeat_ms: config.etcd.heartbeatMs,
    etcd_election_ms: config.etcd.electionMs,
    etcd_snapshots: config.etcd.snapshots.enabled,
    etcd_endpoints: view.etcdEndpoints,
    containerd_mirrored_registries: mirror.registry?.upstreams ?? [],
    ansible_port: config.ssh.port,
    ansible_user: config.ssh.user,
    ansible_become: config.ssh.user !== 'root',
    kubernetes_version: kubernetes.version,
    kubernetes_pod_cidr: network.podCidr,
    kubernetes_ignore_preflight_errors: kubernetes.ignorePreflightErrors,
    ...(network.cni === 'native' ? { cni_native_mtu: network.mtu } : {}),
  };
}

/** host_vars/<node>.yml: what is a node's own. */
export function hostVariables(node: NodePlan, podNetwork: PodNetwork): Settings {
  return {
    node_role: node.role,
    node_address: node.address,
    ...(node.privateAddress === undefined ? {} : { node_private_address: node.privateAddress }),
    ...(node.podCidr === undefined ? {} : { node_pod_cidr: node.podCidr }),
    node_architecture: node.architecture,
    components_names: componentsOf(node, podNetwork),
    ...(node.packages.length === 0 ? {} : { host_packages_pool: node.packages }),
    node_labels: node.labels,
    node_taints: node.taints,
  };
}

/** Release files that a node runs from. Masters look into etcd, with etcdctl, before they initialise anything. */
function componentsOf(node: NodePlan, podNetwork: PodNetwork): readonly ComponentName[] {
  return [
    ...(node.role === 'worker' ? [] : (['etcd'] as const)),
    ...(node.role === 'etcd'
      ? []
      : (['containerd', 'runc', 'cni-plugins', 'kubeadm', 'kubelet', 'kubectl'] as const)),
    ...(node.role === 'control-plane' ? podNetworkComponents[podNetwork] : []),
  ];
}

/** inventory/cluster.yml: Kubespray's groups; addresses to reach the hosts come from Terraform, in a file beside it. */
export function inventory(view: View): Settings {
  const hosts = (nodes: readonly NodePlan[]) => ({
    hosts: Object.fromEntries(nodes.map(({ name }) => [name, {}])),
  });
  return {
    all: {
      children: {
        etcd: hosts(view.etcdMembers),
        kube_control_plane: hosts(view.masters),
        workers: hosts(view.workers),
        kube_node: { children: { kube_control_plane: {}, workers: {} } },
        k8s_cluster: { children: { kube_node: {}, etcd: {} } },
      },
    },
  };
}

function aptRepository(apt: NonNullable<View['config']['mirror']['apt']>): Settings {
  return { uri: apt.uri, suites: apt.suites, components: apt.components, signed_by: apt.signedBy };
}
