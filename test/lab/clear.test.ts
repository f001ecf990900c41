import { expect, test } from 'vitest';
import { parseMounts } from '../../lab/clear.ts';

test('mount points are read with blanks and all', () => {
  const lines = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '61 22 0:52 / /var/lib/kubehaus-lab/demo/hosts/1/mount rw shared:9 - overlay overlay rw',
    '62 22 0:53 / /mnt/with\\040blank\\134 rw - tmpfs tmpfs rw',
  ];
  expect(parseMounts(`${lines.join('\n')}\n`)).toEqual([
    '/',
    '/var/lib/kubehaus-lab/demo/hosts/1/mount',
    '/mnt/with blank\\',
  ]);
});
