import { requiredVersion } from './go-module.ts';

/** Versions of what a mirror holds, as upstream writes them, without a leading v. */
export interface Versions {
  readonly kubernetes: readonly KubernetesVersions[];
  readonly etcd: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly hcloudProvider: string;
}

/** A version of Kubernetes and the versions of the images that its kubeadm wants beside its own (its constants.go). */
export interface KubernetesVersions {
  readonly kubernetes: string;
  readonly coredns: string;
  readonly pause: string;
}

/** One line a version of Kubernetes; `modules/kubernetes-<version>` and `modules/coredns-<version>` go with it. */
export const kubernetesVersions: readonly KubernetesVersions[] = [
  { kubernetes: '1.35.8', coredns: '1.13.1', pause: '3.10.1' },
];

/** Reads the versions of everything else from the go.mod files, which pin them. */
export async function readVersions(): Promise<Versions> {
  return {
    kubernetes: kubernetesVersions,
    etcd: await requiredVersion('etcd', 'go.etcd.io/etcd/server/v3'),
    containerd: await requiredVersion('containerd', 'github.com/containerd/containerd/v2'),
    runc: await requiredVersion('runc', 'github.com/opencontainers/runc'),
    cniPlugins: await requiredVersion('cni-plugins', 'github.com/containernetworking/plugins'),
    hcloudProvider: await requiredVersion(
      'terraform-provider-hcloud',
      'github.com/hetznercloud/terraform-provider-hcloud',
    ),
  };
}
