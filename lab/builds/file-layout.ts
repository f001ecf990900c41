import type { Versions } from './versions.ts';

/** A file of the mirror's `files/`: where it lies, and what it holds. */
export interface MirroredFile {
  /** `<host>/<path>` of the official URL `https://<host>/<path>`. */
  readonly path: string;
  readonly content: ProgramFile | ArchiveFile;
}

/** One program as it is. */
export interface ProgramFile {
  readonly kind: 'program';
  readonly program: ProgramName;
}

/** A gzipped tar archive. */
export interface ArchiveFile {
  readonly kind: 'archive';
  /** The name of the archive's first entry. */
  readonly top: string;
  /** Names in the archive → programs. */
  readonly members: Readonly<Record<string, ProgramName>>;
}

/** A program by the component that makes it and its name there. */
export interface ProgramName {
  readonly component: string;
  readonly name: string;
}

/** Every file of `files/`, with the names and the archive layouts of the official releases. */
export function fileLayout(versions: Versions, cniPlugins: readonly string[]): readonly MirroredFile[] {
  const { etcd, containerd, runc } = versions;
  const github = 'github.com';
  const kubernetes = versions.kubernetes.flatMap(({ kubernetes: version }) =>
    ['kubeadm', 'kubelet', 'kubectl'].map((name) => ({
      path: `dl.k8s.io/release/v${version}/bin/linux/amd64/${name}`,
      content: { kind: 'program' as const, program: { component: `kubernetes-${version}`, name } },
    })),
  );
  return [
    ...kubernetes,
    {
      path: `${github}/etcd-io/etcd/releases/download/v${etcd}/etcd-v${etcd}-linux-amd64.tar.gz`,
      content: archive('etcd', `etcd-v${etcd}-linux-amd64`, ['etcd', 'etcdctl', 'etcdutl']),
    },
    {
      path: `${github}/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz`,
      content: archive('containerd', 'bin', ['containerd', 'containerd-shim-runc-v2', 'ctr']),
    },
    {
      path: `${github}/opencontainers/runc/releases/download/v${runc}/runc.amd64`,
      content: { kind: 'program', program: { component: 'runc', name: 'runc' } },
    },
    {
      path: `${github}/containernetworking/plugins/releases/download/v${versions.cniPlugins}/cni-plugins-linux-amd64-v${versions.cniPlugins}.tgz`,
      content: archive('cni-plugins', '.', cniPlugins),
    },
  ];
}

function archive(component: string, top: string, names: readonly string[]): ArchiveFile {
  return {
    kind: 'archive',
    top,
    members: Object.fromEntries(names.map((name) => [`${top}/${name}`, { component, name }])),
  };
}
