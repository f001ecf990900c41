/** The programs of Kubernetes that the lab builds; each lies in `k8s.io/kubernetes/cmd/`. */
export const kubernetesProgramNames = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubeadm',
  'kubectl',
  'kubelet',
] as const;

/**
 * A go.mod from which the programs of a version of Kubernetes build. Kubernetes' own go.mod replaces its libraries by folders
 * beside it, which a module that requires it doesn't have; each is also published, as v0.x.y for Kubernetes 1.x.y.
 */
export function goModOf(version: string, upstreamGoMod: string): string {
  const [, go] = /^go (\S+)$/m.exec(upstreamGoMod) ?? [];
  if (go === undefined || !version.startsWith('1.'))
    throw new Error(`${version} is no Kubernetes 1.x with a go.mod`);
  const staged = [...upstreamGoMod.matchAll(/^\s+(\S+) => \.\/staging\/src\/\S+$/gm)].map(([, path]) => path);
  return [
    'module kubehaus.dev/lab/builds/kubernetes',
    `go ${go}`,
    `require k8s.io/kubernetes v${version}`,
    'replace (',
    ...staged.map((path) => `\t${path} => ${path} v0.${version.slice(2)}`),
    ')',
    'tool (',
    ...kubernetesProgramNames.map((name) => `\tk8s.io/kubernetes/cmd/${name}`),
    ')',
    '',
  ].join('\n');
}

/** The versions of CoreDNS and pause that kubeadm wants, out of its constants.go. */
export function imageVersionsOf(constants: string): { readonly coredns: string; readonly pause: string } {
  const value = (name: string): string => {
    const [, found] = new RegExp(`^\\s*${name} = "v?([0-9.]+)"$`, 'm').exec(constants) ?? [];
    if (found === undefined) throw new Error(`kubeadm's constants.go has no ${name}`);
    return found;
  };
  return { coredns: value('CoreDNSVersion'), pause: value('PauseVersion') };
}
