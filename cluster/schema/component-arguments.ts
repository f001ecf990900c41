import { z } from 'zod';
import { dnsLabel, remedied, setOf } from './values.ts';

/** Components of the control plane that take arguments from cluster.yaml. */
export type ControlPlaneComponent = 'apiServer' | 'controllerManager' | 'scheduler';

const KUBECONFIGS = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'];

/**
 * Arguments that kubeadm or kubehaus sets from other fields, or that the rest of the cluster depends on; a name that ends in
 * `*` stands for all that begin so. From kubeadm's manifests
 * (https://github.com/kubernetes/kubernetes/blob/v1.35.8/cmd/kubeadm/app/phases/controlplane/manifests.go).
 */
const owned: Record<ControlPlaneComponent, readonly string[]> = {
  apiServer: [
    'advertise-address',
    // /readyz is asked without a certificate, as load balancers do it: by master-gate, and before a master is relied on.
    'anonymous-auth',
    'authentication-config',
    'bind-address',
    'client-ca-file',
    'enable-bootstrap-token-auth',
    'etcd-*',
    'kubelet-client-*',
    'oidc-*',
    'proxy-client-*',
    'requestheader-*',
    'secure-port',
    'service-account-*',
    'service-cluster-ip-range',
    'tls-cert-file',
    'tls-private-key-file',
  ],
  controllerManager: [
    ...KUBECONFIGS,
    'allocate-node-cidrs',
    'client-ca-file',
    'cluster-cidr',
    'cluster-name',
    'cluster-signing-*',
    'controllers',
    'leader-elect',
    'requestheader-*',
    'root-ca-file',
    'secure-port',
    'service-account-private-key-file',
    'service-cluster-ip-range',
    'use-service-account-credentials',
  ],
  scheduler: [...KUBECONFIGS, 'config', 'leader-elect', 'secure-port'],
};

/** What an argument is set with. Numbers and booleans are taken for their text, as on a command line. */
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const absolutePath = z.string().refine((text) => /^\/[^:]*$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not an absolute path`,
  ...remedied('Begin it with "/"; it may not contain ":"'),
});

/** https://github.com/kubernetes/kubernetes/blob/v1.35.8/cmd/kubeadm/app/phases/controlplane/volumes.go */
const KUBEADMS_VOLUMES = /^(k8s-certs|ca-certs|kubeconfig|flexvolume-dir|(etcd-certs|etc|usr)-.*)$/;

/** Of volumes with one name kubeadm keeps the last. */
const nameOf = (one: unknown) => String((one as { name?: unknown } | null)?.name);

const nameTwice = (one: unknown) => ({
  message: `another volume has the name ${JSON.stringify((one as { name?: unknown } | null)?.name ?? '')} already`,
  remedy: 'Give each volume of a component a name of its own',
});

/** kubeadm's HostPathMount (https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-HostPathMount). */
const volume = z.strictObject({
  name: dnsLabel
    .refine((name) => !KUBEADMS_VOLUMES.test(name), {
      error: (issue) => `"${String(issue.input)}" is the name of a volume of kubeadm’s own`,
      ...remedied('Choose another name'),
    })
    .describe('Name of the volume in the pod.'),
  hostPath: absolutePath.describe('Path on the master.'),
  mountPath: absolutePath.describe('Path in the container.'),
  readOnly: z.boolean().default(true).describe('Whether the component may only read there.'),
  pathType: z
    .enum(['DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'])
    .optional()
    .describe('What must be at the path; nothing is checked without it.'),
});

/** A component's settings in cluster.yaml; its arguments that are not the user's are refused. */
export function componentSettings(component: ControlPlaneComponent) {
  const name = z.string().check((context) => {
    const issue = wrongArgument(component, context.value);
    if (issue !== undefined) context.issues.push({ code: 'custom', input: context.value, ...issue });
  });
  return z
    .strictObject({
      extraArgs: z
        .record(name, z.union([scalar, z.array(scalar).min(1)]))
        .default({})
        .describe('More arguments, without dashes; a list where one may be given several times.'),
      extraVolumes: setOf(volume, nameOf, nameTwice)
        .default([])
        .describe('Files and folders of the masters that the component sees, for arguments that name files.'),
    })
    .prefault({});
}

function wrongArgument(component: ControlPlaneComponent, name: string) {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    return {
      message: `"${name}" is no name of an argument`,
      params: { remedy: 'Write it without dashes in front' },
    };
  }
  const isOwned = owned[component].some((one) =>
    one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one,
  );
  if (!isOwned) return undefined;
  return {
    message: `kubehaus and kubeadm set "${name}" themselves, since other parts of the cluster depend on it`,
    params: {
      remedy: 'Remove it; what may be chosen of it has a field of its own (docs/configuration.md)',
    },
  };
}
