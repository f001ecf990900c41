import { expect, test } from 'vitest';
import { goModOf, imageVersionsOf } from '../../../lab/builds/kubernetes-sources.ts';

const upstream = `module k8s.io/kubernetes

go 1.25.0

require (
	k8s.io/api v0.0.0
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/kubelet => ./staging/src/k8s.io/kubelet
)
`;

test('the libraries in Kubernetes’ own tree are taken from where they are published, at the same version', () => {
  const goMod = goModOf('1.35.8', upstream);
  expect(goMod).toContain('require k8s.io/kubernetes v1.35.8\n');
  expect(goMod).toContain('\tk8s.io/api => k8s.io/api v0.35.8\n\tk8s.io/kubelet => k8s.io/kubelet v0.35.8\n');
  expect(goMod).not.toContain('./staging');
});

test('images that kubeadm wants are found in its constants, and a missing one is said', () => {
  const constants = '\tCoreDNSVersion = "v1.13.1"\n\n\tPauseVersion = "3.10.1"\n';
  expect(imageVersionsOf(constants)).toEqual({ coredns: '1.13.1', pause: '3.10.1' });
  expect(() => imageVersionsOf('\tCoreDNSVersion = "v1.13.1"\n')).toThrow('PauseVersion');
});
