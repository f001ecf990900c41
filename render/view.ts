import type { NodePlan, ClusterPlan } from '../cluster/plan.ts';
import type { ControlPlaneComponent } from '../cluster/schema/component-arguments.ts';
import { drawingOf } from './drawing.ts';
import { mergeDeep, type Settings } from './merge.ts';
import { mermaid } from './mermaid.ts';

/** An argument as kubeadm's configuration has it (kubeadm.k8s.io/v1beta4, Arg); one may come several times. */
export interface Argument {
  readonly name: string;
  readonly value: string;
}

/** What every .hbs file sees: the plan, and what several templates need from it. */
export interface View extends ClusterPlan {
  readonly masters: readonly NodePlan[];
  readonly workers: readonly NodePlan[];
  readonly etcdMembers: readonly NodePlan[];
  /** Nodes that run a kubelet: masters and workers. */
  readonly kubeNodes: readonly NodePlan[];
  /** Client URLs of etcd. */
  readonly etcdEndpoints: readonly string[];
  /**
   * What an apiserver uses of etcd. Stacked: the member of its own host, so that it stands and falls with that one and never
   * waits for a member that was cut off; the other masters go on. Isolated: all members.
   */
  readonly apiserverEtcdEndpoints: readonly string[];
  /** More names and addresses for the API servers' certificates. */
  readonly certSANs: readonly string[];
  /** Arguments of the control plane's components, beyond kubeadm's own. */
  readonly extraArgs: Readonly<Record<Exclude<ControlPlaneComponent, 'scheduler'>, readonly Argument[]>>;
  /** kubeadm's settings of the schedulers; null when there are none. */
  readonly scheduler: Settings | null;
  /** Settings of cluster.yaml laid over kubehaus's own, which win where it must decide. */
  readonly kubeadmConfiguration: Settings;
  readonly kubeletConfiguration: Settings;
  readonly kubeProxyConfiguration: Settings;
  readonly containerdConfiguration: Settings;
  /** Roles of the pod network: for every node, before containerd starts, and for a master that works. */
  readonly podNetworkRoles: { readonly ofNodes: readonly string[]; readonly ofMaster: readonly string[] };
  /** Cilium's operator has two instances, which never share a node. */
  readonly ciliumOperators: number;
  /** The cluster as a Mermaid flowchart. */
  readonly drawing: string;
  /** Rows of the README's table of nodes. */
  readonly nodeRows: readonly (NodePlan & { readonly roles: string; readonly pods: string })[];
  /** Versions of the release files, by component. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Image of the container that holds a pod's namespaces: kubeadm's PauseVersion at Kubernetes 1.34 to 1.36. */
const SANDBOX_IMAGE = 'registry.k8s.io/pause:3.10.1';

export function viewOf(plan: ClusterPlan): View {
  const { config, nodes } = plan;
  const kubeNodes = nodes.filter((node) => node.role !== 'etcd');
  const etcdMembers = nodes.filter((node) => node.etcdMember);
  const etcdEndpoints = etcdMembers.map((node) => `https://${node.address}:2379`);
  return {
    ...plan,
    masters: nodes.filter((node) => node.role === 'control-plane'),
    workers: nodes.filter((node) => node.role === 'worker'),
    kubeNodes,
    etcdMembers,
    etcdEndpoints,
    apiserverEtcdEndpoints: plan.topology.kind === 'stacked' ? ['https://127.0.0.1:2379'] : etcdEndpoints,
    certSANs: [
      ...new Set([config.controlPlane.publicEndpoint?.name ?? [], config.controlPlane.certSANs].flat()),
    ],
    extraArgs: extraArguments(plan),
    scheduler: schedulerSettings(plan),
    kubeadmConfiguration: mergeDeep(
      {
        encryptionAlgorithm: 'ECDSA-P256',
        certificateValidityPeriod: '87600h',
        caCertificateValidityPeriod: '262800h',
      },
      config.kubernetes.kubeadm,
    ),
    kubeletConfiguration: mergeDeep({ cgroupDriver: 'systemd' }, config.kubernetes.kubelet, {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
    }),
    kubeProxyConfiguration: mergeDeep({ mode: 'nftables' }, config.kubernetes.kubeProxy, {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      clusterCIDR: config.network.podCidr,
    }),
    containerdConfiguration: containerdConfiguration(plan),
    podNetworkRoles:
      config.network.cni === 'native'
        ? { ofNodes: ['cni_native'], ofMaster: [] }
        : { ofNodes: [], ofMaster: [`cni_${config.network.cni}`] },
    ciliumOperators: Math.min(2, kubeNodes.length),
    drawing: mermaid(drawingOf(plan)),
    nodeRows: nodes.map((node) => ({
      ...node,
      roles: node.etcdMember && node.role !== 'etcd' ? `${node.role}, etcd` : node.role,
      pods: node.podCidr ?? '–',
    })),
    versions: Object.fromEntries(plan.components.map(({ name, version }) => [name, version])),
  };
}

function extraArguments({ config, topology }: ClusterPlan): View['extraArgs'] {
  const { apiServer, controllerManager, oidc } = config.controlPlane;
  return {
    apiServer: argumentList({
      ...(topology.masters > 1 ? { 'goaway-chance': '0.001' } : {}),
      ...(oidc === undefined ? {} : oidcArguments(oidc)),
      ...apiServer.extraArgs,
    }),
    controllerManager: argumentList({ ...controllerManager.extraArgs, 'allocate-node-cidrs': 'false' }),
  };
}

function schedulerSettings({ config }: ClusterPlan): View['scheduler'] {
  const { extraArgs, extraVolumes } = config.controlPlane.scheduler;
  const settings = {
    ...(Object.keys(extraArgs).length === 0 ? {} : { extraArgs: argumentList(extraArgs) }),
    ...(extraVolumes.length === 0 ? {} : { extraVolumes }),
  };
  return Object.keys(settings).length === 0 ? null : settings;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuring-the-api-server */
function oidcArguments(oidc: NonNullable<ClusterPlan['config']['controlPlane']['oidc']>) {
  const { issuerUrl, clientId, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims } =
    oidc;
  const claims = Object.entries(requiredClaims).map(([claim, value]) => `${claim}=${value}`);
  return {
    'oidc-issuer-url': issuerUrl,
    'oidc-client-id': clientId,
    'oidc-username-claim': usernameClaim,
    ...(usernamePrefix === undefined ? {} : { 'oidc-username-prefix': usernamePrefix }),
    ...(groupsClaim === undefined ? {} : { 'oidc-groups-claim': groupsClaim }),
    ...(groupsPrefix === undefined ? {} : { 'oidc-groups-prefix': groupsPrefix }),
    ...(claims.length === 0 ? {} : { 'oidc-required-claim': claims }),
  };
}

function argumentList(named: Readonly<Record<string, string | readonly string[]>>): Argument[] {
  return Object.entries(named).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));
}

/** containerd's config.toml, version 3 (https://github.com/containerd/containerd/blob/v2.3.4/docs/cri/config.md). */
function containerdConfiguration({ config }: ClusterPlan): Settings {
  return mergeDeep(
    {
      plugins: {
        'io.containerd.cri.v1.runtime': {
          containerd: { runtimes: { runc: { options: { SystemdCgroup: true } } } },
        },
      },
    },
    config.containerd.config,
    {
      version: 3,
      plugins: {
        'io.containerd.cri.v1.images': {
          pinned_images: { sandbox: SANDBOX_IMAGE },
          registry: { config_path: '/etc/containerd/certs.d' },
        },
        'io.containerd.cri.v1.runtime': {
          containerd: {
            runtimes: {
              runc: { runtime_type: 'io.containerd.runc.v2', options: { BinaryName: '/usr/local/bin/runc' } },
            },
          },
          // The reference plugins of the release file, then those that the DaemonSet of a pod network copies to its place.
          cni: { bin_dirs: ['/usr/local/libexec/cni', '/opt/cni/bin'], conf_dir: '/etc/cni/net.d' },
        },
      },
    },
  );
}
