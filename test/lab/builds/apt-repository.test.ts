import { expect, test } from 'vitest';
import { packageSets, poolName } from '../../../lab/builds/apt-repository.ts';

test('packages get names that a web server finds again, and no epoch', () => {
  expect(poolName('wireguard-tools_1.0.20210914-1%2bb1_amd64.deb')).toBe(
    'wireguard-tools_1.0.20210914-1+b1_amd64.deb',
  );
  expect(poolName('iptables_1%3a1.8.9-2_amd64.deb')).toBe('iptables_1.8.9-2_amd64.deb');
});

test('packages that exclude each other stand on lines of their own, remarks count for nothing', () => {
  expect(packageSets('# time\nsystemd-timesyncd curl\n\nchrony # the other one\n')).toEqual([
    ['systemd-timesyncd', 'curl'],
    ['chrony'],
  ]);
});
