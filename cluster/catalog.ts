import { officialFiles } from './checksums.ts';

export type Architecture = 'amd64' | 'arm64';

/** The release files that a node runs from. */
export type ComponentName = keyof typeof officialFiles;

/** What every cluster runs from. */
const componentsOfAll: readonly ComponentName[] = [
  'kubeadm',
  'kubelet',
  'kubectl',
  'etcd',
  'containerd',
  'runc',
  'cni-plugins',
];

/** How pods are connected: by the mesh itself, or by a CNI that runs as a DaemonSet. */
export const podNetworks = ['native', 'cilium', 'calico', 'flannel'] as const;
export type PodNetwork = (typeof podNetworks)[number];

/** What masters install a pod network from. */
export const podNetworkComponents: Readonly<Record<PodNetwork, readonly ComponentName[]>> = {
  native: [],
  cilium: ['helm', 'cilium'],
  calico: ['calico'],
  flannel: ['flannel'],
};

/** Kubernetes versions that kubehaus knows, newest first. */
export const kubernetesVersions: readonly string[] = Object.keys(officialFiles.kubeadm.sha256);

/** Known versions as ranges, oldest first: `1.34.0 to 1.34.11, 1.35.0 to 1.35.8`. */
export function knownVersions(): string {
  const byMinor = new Map<number, string[]>();
  for (const version of kubernetesVersions.toReversed())
    byMinor.set(minorOf(version), [...(byMinor.get(minorOf(version)) ?? []), version]);
  return [...byMinor.values()].map((versions) => `${versions[0]} to ${versions.at(-1)}`).join(', ');
}

/**
 * What to use instead of a text that is no known version: the version itself where only a `v` in front is too much, else the
 * newest of the same minor version, or of the next one to it.
 */
export function nearestVersion(text: string): string {
  const version = text.replace(/^v/, '');
  if (kubernetesVersions.includes(version)) return version;
  const minor = minorOf(version);
  if (Number.isNaN(minor)) return DEFAULT_KUBERNETES_VERSION;
  const distance = (version: string) => Math.abs(minorOf(version) - minor);
  return kubernetesVersions.reduce((best, version) => (distance(version) < distance(best) ? version : best));
}

/** 35 of 1.35.8; not a number for what is no version. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

export const DEFAULT_KUBERNETES_VERSION = '1.35.8';

/** Versions of what is not released together with Kubernetes: one set, tested together. */
const companions: Record<Exclude<ComponentName, 'kubeadm' | 'kubelet' | 'kubectl'>, string> = {
  etcd: '3.6.14',
  containerd: '2.3.4',
  runc: '1.4.3',
  'cni-plugins': '1.9.1',
  cilium: '1.19.6',
  calico: '3.32.1',
  flannel: '0.28.9',
  helm: '3.18.4',
};

/** One release file, at one version, for both architectures. */
export interface Component {
  readonly name: ComponentName;
  readonly version: string;
  /** Path below a mirror's `files` and, after `https://`, the official URL; `{arch}` may still stand in it. */
  readonly path: string;
  readonly sha256: Readonly<Record<Architecture, string>>;
}

/** The components of a cluster at a Kubernetes version of `kubernetesVersions`, with the official sums. */
export function componentsFor(kubernetesVersion: string, podNetwork: PodNetwork): readonly Component[] {
  return [...componentsOfAll, ...podNetworkComponents[podNetwork]].map((name) => {
    const version = name in companions ? companions[name as keyof typeof companions] : kubernetesVersion;
    const { url, sha256 } = officialFiles[name];
    const sums = (sha256 as Record<string, Record<Architecture, string>>)[version];
    if (sums === undefined) throw new Error(`the catalog has no checksum for ${name} ${version}`);
    return {
      name,
      version,
      path: url.replace('https://', '').replaceAll('{version}', version),
      sha256: sums,
    };
  });
}

/** Hetzner's ARM machines are the CAX types; every other type is x86 (https://www.hetzner.com/cloud/). */
export function architectureOf(serverType: string): Architecture {
  return serverType.startsWith('cax') ? 'arm64' : 'amd64';
}
