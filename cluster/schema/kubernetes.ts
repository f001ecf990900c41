import { z } from 'zod';
import { DEFAULT_KUBERNETES_VERSION, knownVersions, kubernetesVersions, nearestVersion } from '../catalog.ts';
import { remedied, setOf } from './values.ts';

/** Settings that are handed on as they are; kubehaus’s own values win where it must decide. */
export const passThrough = z.record(z.string(), z.unknown()).default({});

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
const OWNED_BY_OTHER_FIELDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apiServer: 'controlPlane.apiServer, and controlPlane.certSANs',
    apiVersion: 'nothing: the version of kubehaus decides it',
    certificatesDir: 'nothing: other programs look for the certificates where they are',
    clusterName: 'name',
    controlPlaneEndpoint: 'controlPlane.publicEndpoint',
    controllerManager: 'controlPlane.controllerManager',
    etcd: 'etcd',
    kind: 'nothing: it is a ClusterConfiguration',
    kubernetesVersion: 'kubernetes.version',
    networking: 'network.podCidr and network.serviceCidr',
    scheduler: 'controlPlane.scheduler',
  }),
);

const kubeadmField = z.string().check((context) => {
  const instead = OWNED_BY_OTHER_FIELDS.get(context.value);
  if (instead === undefined) return;
  context.issues.push({
    code: 'custom',
    input: context.value,
    message: `kubehaus sets "${context.value}" itself, since other parts of the cluster depend on it`,
    ...remedied(`Remove it; what may be chosen of it is in ${instead}`),
  });
});

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
  kubeadm: z
    .record(kubeadmField, z.unknown())
    .default({})
    .describe('More fields of kubeadm’s ClusterConfiguration, for example imageRepository or featureGates.'),
  kubelet: passThrough.describe('More fields of KubeletConfiguration, for all nodes.'),
  kubeProxy: passThrough.describe('More fields of KubeProxyConfiguration.'),
  ignorePreflightErrors: setOf(preflightCheck)
    .default([])
    .describe('Checks of kubeadm’s preflight whose failure does not stop it.'),
});
