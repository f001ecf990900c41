import { parseDocument } from 'yaml';

/** What a lab offers to clusters, besides its API. */
export interface LabOffer {
  /** Base URL of the mirror's files, and its SHA256SUMS. */
  readonly files: string;
  readonly sums: string;
  /** Base URL of the apt repository, and its public key. */
  readonly apt: string;
  readonly aptKey: string;
  /** Base URL of the image registry. */
  readonly registry: string;
  /** Public key whose private half the lab keeps. */
  readonly sshPublicKey: string;
  /** Whether the machine has cgroup v2 and may give processes negative OOM scores (CAP_SYS_RESOURCE). */
  readonly cgroupV2: boolean;
  readonly mayLowerOomScores: boolean;
}

/**
 * A cluster.yaml for the lab: the same cluster, with settings that every user has, so that it comes from the lab's mirror
 * and runs in containers on this machine. Comments and everything else stay as they are.
 */
export function forLab(clusterYaml: string, offer: LabOffer): string {
  const document = parseDocument(clusterYaml);
  const set = (path: readonly string[], value: unknown) => {
    document.setIn(path, document.createNode(value));
  };
  set(['ssh', 'publicKeys'], [offer.sshPublicKey]);
  set(['mirror'], {
    files: offer.files,
    sha256: sumsByPath(offer.sums),
    apt: { uri: offer.apt, signedBy: offer.aptKey },
    registry: { url: offer.registry, upstreams: ['registry.k8s.io', 'kubehaus.test'] },
  });
  // Hosts share the machine's kernel: its conntrack table belongs to nobody.
  set(['kubernetes', 'kubeProxy', 'conntrack'], { maxPerCore: 0 });
  // The kernel's configuration is not a host's to show.
  set(['kubernetes', 'ignorePreflightErrors'], ['SystemVerification']);
  if (!offer.cgroupV2) {
    set(['kubernetes', 'kubelet'], { cgroupDriver: 'cgroupfs', failCgroupV1: false });
    set(
      [
        'containerd',
        'config',
        'plugins',
        'io.containerd.cri.v1.runtime',
        'containerd',
        'runtimes',
        'runc',
        'options',
      ],
      { SystemdCgroup: false },
    );
  }
  if (!offer.mayLowerOomScores) {
    set(['containerd', 'config', 'plugins', 'io.containerd.cri.v1.runtime', 'restrict_oom_score_adj'], true);
  }
  return document.toString({ lineWidth: 0 });
}

/** sha256sum's lines, `<sum>  <path>`, as a map. */
function sumsByPath(sums: string): Record<string, string> {
  return Object.fromEntries(
    sums
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/) as [string, string])
      .map(([sum, path]) => [path.replace(/^\.\//, ''), sum]),
  );
}
