import type { GoPrograms } from './go-module.ts';
import { kubernetesProgramNames } from './kubernetes-sources.ts';
import type { Versions } from './versions.ts';

const sameName = (prefix: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${prefix}/${name}`]));

/** Kubernetes' own programs; the version is set in them as hack/lib/version.sh does it, the commit being unknown here. */
export function kubernetesPrograms(version: string): GoPrograms {
  const [major, minor] = version.split('.');
  if (major === undefined || minor === undefined) throw new Error(`${version} is no version of Kubernetes`);
  const variables = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: 'unknown',
    gitTreeState: 'archive',
    buildDate: '1970-01-01T00:00:00Z',
  };
  const versionPackages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  return {
    name: `kubernetes-${version}`,
    module: `kubernetes-${version}`,
    programs: sameName('k8s.io/kubernetes/cmd', kubernetesProgramNames),
    tags: ['selinux', 'notest', 'grpcnotrace'], // as hack/lib/golang.sh of Kubernetes has them
    variables: Object.fromEntries(
      versionPackages.flatMap((path) =>
        Object.entries(variables).map(([name, value]) => [`${path}.${name}`, value]),
      ),
    ),
  };
}

/** The DNS server for the clusters; which plugins it has, and why not all, stands in its main.go. */
export function corednsPrograms(version: string): GoPrograms {
  return {
    name: `coredns-${version}`,
    module: `coredns-${version}`,
    programs: { coredns: 'kubehaus.dev/lab/builds/coredns' },
  };
}

export const etcdPrograms: GoPrograms = {
  name: 'etcd',
  module: 'etcd',
  programs: {
    etcd: 'go.etcd.io/etcd/server/v3',
    etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
  },
};

export function containerdPrograms({ containerd }: Versions): GoPrograms {
  return {
    name: 'containerd',
    module: 'containerd',
    programs: sameName('github.com/containerd/containerd/v2/cmd', [
      'containerd',
      'containerd-shim-runc-v2',
      'ctr',
    ]),
    tags: ['urfave_cli_no_docs', 'osusergo', 'netgo', 'static_build'], // as its Makefile has them for a static release
    variables: { 'github.com/containerd/containerd/v2/version.Version': `v${containerd}` },
  };
}

/** Without seccomp no pod starts, and seccomp takes libseccomp, hence a C compiler. */
export const runcPrograms: GoPrograms = {
  name: 'runc',
  module: 'runc',
  programs: { runc: 'github.com/opencontainers/runc' },
  tags: ['seccomp', 'urfave_cli_no_docs', 'netgo', 'osusergo'],
  cgo: true,
};

const cniPlugins = {
  ipam: ['dhcp', 'host-local', 'static'],
  main: ['bridge', 'dummy', 'host-device', 'ipvlan', 'loopback', 'macvlan', 'ptp', 'tap', 'vlan'],
  meta: ['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'],
};

/** All that the official archive holds. */
export function cniPrograms({ cniPlugins: version }: Versions): GoPrograms {
  const root = 'github.com/containernetworking/plugins';
  return {
    name: 'cni-plugins',
    module: 'cni-plugins',
    programs: Object.assign(
      {},
      ...Object.entries(cniPlugins).map(([kind, names]) => sameName(`${root}/plugins/${kind}`, names)),
    ) as Record<string, string>,
    variables: { [`${root}/pkg/utils/buildversion.BuildVersion`]: `v${version}` },
  };
}

/** Stands for the kernel's module; it is named as Debian names it, and as wg-quick looks for it. */
export const wireguardPrograms: GoPrograms = {
  name: 'wireguard-go',
  module: 'wireguard-go',
  programs: { 'wireguard-go': 'golang.zx2c4.com/wireguard' },
};

export function providerPrograms({ hcloudProvider }: Versions): GoPrograms {
  const root = 'github.com/hetznercloud/terraform-provider-hcloud';
  return {
    name: 'terraform-provider-hcloud',
    module: 'terraform-provider-hcloud',
    programs: { [`terraform-provider-hcloud_v${hcloudProvider}`]: root },
    variables: { [`${root}/hcloud.Version`]: hcloudProvider },
  };
}

/** The registry that serves the mirror's images; what is left out of it, and why, stands in its main.go. */
export const registryPrograms: GoPrograms = {
  name: 'registry',
  module: 'registry',
  programs: { registry: 'kubehaus.dev/lab/builds/registry' },
};

export const pausePrograms: GoPrograms = {
  name: 'pause',
  module: 'pause',
  programs: { pause: 'kubehaus.dev/lab/builds/pause' },
};

/** What tests run in pods; what it can do stands in its main.go. */
export const probePrograms: GoPrograms = {
  name: 'probe',
  module: 'probe',
  programs: { probe: 'kubehaus.dev/lab/builds/probe' },
};
