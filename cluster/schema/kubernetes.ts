import { z } from 'zod';
import { DEFAULT_KUBERNETES_VERSION, knownVersions, kubernetesVersions, nearestVersion } from '../catalog.ts';
import { chosenIn, fixed, settingsBut } from './pass-through.ts';
import { remedied, setOf } from './values.ts';

const version = z.string().check((context) => {
  const text = context.value;
  if (kubernetesVersions.includes(text)) return;
  const nearest = nearestVersion(text);
  context.issues.push({
    code: 'custom',
    input: text,
    message: `Kubernetes ${text} is none of the versions that this kubehaus knows: ${knownVersions()}`,
    ...remedied(
      nearest === DEFAULT_KUBERNETES_VERSION
        ? `Use ${nearest}, the nearest one and the default`
        : `Use ${nearest}, the nearest one, or ${DEFAULT_KUBERNETES_VERSION}, the default`,
    ),
  });
});

/** Fields of kubeadm's ClusterConfiguration (kubeadm.k8s.io/v1beta4) that other fields of cluster.yaml stand for. */
const kubeadm = settingsBut([
  [['apiServer'], chosenIn('controlPlane.apiServer, and controlPlane.certSANs')],
  [['apiVersion'], fixed('the version of kubehaus decides it')],
  [['certificatesDir'], fixed('other programs look for the certificates where they are')],
  [['clusterName'], chosenIn('name')],
  [['controlPlaneEndpoint'], chosenIn('controlPlane.publicEndpoint')],
  [['controllerManager'], chosenIn('controlPlane.controllerManager')],
  [['etcd'], chosenIn('etcd')],
  [['kind'], fixed('it is a ClusterConfiguration')],
  [['kubernetesVersion'], chosenIn('kubernetes.version')],
  [['networking'], chosenIn('network.podCidr and network.serviceCidr')],
  [['scheduler'], chosenIn('controlPlane.scheduler')],
]);

/** kubeadm writes the control plane's static pods, and gives the cluster's DNS its domain. */
const kubelet = settingsBut([
  [['apiVersion'], fixed('the version of kubehaus decides it')],
  [['clusterDomain'], fixed('the cluster’s DNS answers for cluster.local')],
  [['containerRuntimeEndpoint'], fixed('it is containerd’s')],
  [['kind'], fixed('it is a KubeletConfiguration')],
  [['staticPodPath'], fixed('the control plane’s pods are where kubeadm writes them')],
]);

const kubeProxy = settingsBut([
  [['apiVersion'], fixed('the version of kubehaus decides it')],
  [['clusterCIDR'], chosenIn('network.podCidr')],
  [['kind'], fixed('it is a KubeProxyConfiguration')],
]);

const preflightCheck = z.string().refine((text) => /^[\w.:/-]+$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not the name of a check`,
  ...remedied('Write it as kubeadm does in its message, for example Swap'),
});

export const kubernetes = z.strictObject({
  version: version
    .default(DEFAULT_KUBERNETES_VERSION)
    .describe(
      'Kubernetes version. A cluster keeps the one that it was made with: this release of kubehaus has no upgrade.',
    ),
  kubeadm: kubeadm.describe(
    'More fields of kubeadm’s ClusterConfiguration, for example imageRepository or featureGates.',
  ),
  kubelet: kubelet.describe('More fields of KubeletConfiguration, for all nodes.'),
  kubeProxy: kubeProxy.describe('More fields of KubeProxyConfiguration.'),
  ignorePreflightErrors: setOf(preflightCheck)
    .default([])
    .describe('Checks of kubeadm’s preflight whose failure does not stop it.'),
});
