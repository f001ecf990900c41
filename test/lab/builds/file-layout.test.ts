import { expect, test } from 'vitest';
import { fileLayout } from '../../../lab/builds/file-layout.ts';

const versions = {
  kubernetes: [
    { kubernetes: '1.35.8', coredns: '1.13.1', pause: '3.10.1' },
    { kubernetes: '1.36.4', coredns: '1.14.2', pause: '3.10.2' },
  ],
  etcd: '3.6.14',
  containerd: '2.3.4',
  runc: '1.4.3',
  cniPlugins: '1.9.1',
  hcloudProvider: '1.68.0',
};
const layout = fileLayout(versions, ['bridge', 'host-local']);

test('every file lies where its official URL says, below the name of the host', () => {
  expect(layout.map(({ path }) => path)).toEqual([
    'dl.k8s.io/release/v1.35.8/bin/linux/amd64/kubeadm',
    'dl.k8s.io/release/v1.35.8/bin/linux/amd64/kubelet',
    'dl.k8s.io/release/v1.35.8/bin/linux/amd64/kubectl',
    'dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubeadm',
    'dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubelet',
    'dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubectl',
    'github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz',
    'github.com/containerd/containerd/releases/download/v2.3.4/containerd-2.3.4-linux-amd64.tar.gz',
    'github.com/opencontainers/runc/releases/download/v1.4.3/runc.amd64',
    'github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz',
  ]);
});

test('each version of Kubernetes is served from a build of its own', () => {
  const kubelets = layout.filter(({ path }) => path.endsWith('/kubelet'));
  expect(kubelets.map(({ content }) => content)).toEqual([
    { kind: 'program', program: { component: 'kubernetes-1.35.8', name: 'kubelet' } },
    { kind: 'program', program: { component: 'kubernetes-1.36.4', name: 'kubelet' } },
  ]);
});

test('archives unpack to the paths that the official ones unpack to', () => {
  const entries = layout.flatMap(({ content }) =>
    content.kind === 'archive' ? Object.keys(content.members) : [],
  );
  expect(entries).toEqual([
    'etcd-v3.6.14-linux-amd64/etcd',
    'etcd-v3.6.14-linux-amd64/etcdctl',
    'etcd-v3.6.14-linux-amd64/etcdutl',
    'bin/containerd',
    'bin/containerd-shim-runc-v2',
    'bin/ctr',
    './bridge',
    './host-local',
  ]);
});
