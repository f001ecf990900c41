import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { seed } from '../../../lab/hosts/seed.ts';

const spec = { id: 4711, name: 'prod-master-1', ipv4: '203.0.113.10', userData: '', sshKeys: [], labels: {} };

test('cloud-init learns the server’s id as text, its name and its keys, whatever characters are in them', () => {
  const key = 'ssh-ed25519 AAAA me: "the # one"';
  expect(parse(seed({ ...spec, sshKeys: [key] })['meta-data'])).toEqual({
    'instance-id': '4711',
    'local-hostname': 'prod-master-1',
    'public-keys': [key],
  });
});

test('user data is handed on byte for byte; without any, there is an empty configuration', () => {
  expect(seed({ ...spec, userData: '#!/bin/sh\necho "ü"\n' })['user-data']).toBe('#!/bin/sh\necho "ü"\n');
  expect(seed(spec)['user-data']).toBe('#cloud-config\n{}\n');
});
