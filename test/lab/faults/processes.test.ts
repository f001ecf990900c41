import { expect, test } from 'vitest';
import { isCalled } from '../../../lab/faults/processes.ts';

const controller = {
  names: ['kube-controller', 'kube-controller-manager', 'kube-controller-manager'],
  groups:
    '4:memory:/khl-x-101/machine/system.slice/kubelet.service/pod1\n1:name=systemd:/khl-x-101/machine\n',
};

test.each([
  ['its whole name, though the kernel keeps 15 characters of it', 'kube-controller-manager', true],
  ['those 15 characters', 'kube-controller', true],
  ['a part of its name', 'controller', false],
  ['the unit that it runs in, however deep', 'kubelet.service', true],
  ['a unit with a longer name', 'let.service', false],
  ['another unit', 'etcd.service', false],
])('a process is called by %s', (_, name, expected) => {
  expect(isCalled(controller, name)).toBe(expected);
});
