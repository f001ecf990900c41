import { expect, test } from 'vitest';
import { inUnits, inWords } from '../../../lab/cli/status.ts';

test('the status tells what works, and each host on a line', () => {
  const text = inWords({
    lab: 'demo',
    up: true,
    api: { url: 'http://192.0.2.1/v1', works: true },
    mirror: { url: 'http://192.0.2.2', works: false },
    hosts: [
      { id: 1, name: 'prod-master-1', ipv4: '203.0.113.10', running: true, uptime: 75 },
      { id: 2, name: 'prod-etcd-1', ipv4: '203.0.113.110', running: false },
    ],
  });
  expect(text).toBe(
    [
      'lab     demo: up',
      'api     http://192.0.2.1/v1: answers',
      'mirror  http://192.0.2.2: does not answer',
      'host    prod-master-1 203.0.113.10  id 1 on for 1 min 15 s',
      'host    prod-etcd-1   203.0.113.110 id 2 off',
      '',
    ].join('\n'),
  );
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3661, '1 h 1 min'],
  [86_400 * 3 + 7199, '3 d 1 h'],
])('%i seconds are %s', (seconds, words) => {
  expect(inUnits(seconds)).toBe(words);
});
