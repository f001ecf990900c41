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

const preflightCheck = z.string().refine((text) => /^[\w.:/-]+$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not the name of a check`,
  ...remedied('Write it as kubeadm does in its message, for example Swap'),
});

export const kubernetes = z.strictObject({
  version: version.default(DEFAULT_KUBERNETES_VERSION).describe('Kubernetes version.'),
  kubelet: passThrough.describe('More fields of KubeletConfiguration, for all nodes.'),
  kubeProxy: passThrough.describe('More fields of KubeProxyConfiguration.'),
  ignorePreflightErrors: setOf(preflightCheck)
    .default([])
    .describe('Checks of kubeadm’s preflight whose failure does not stop it.'),
});
