import { describe, expect, test } from 'vitest';
import {
  controlNamespace,
  hostIdIn,
  hostName,
  labNameProblem,
  privateNamespace,
  privateNamespacePrefix,
  wire,
} from '../../lab/names.ts';
import { labNamed } from '../../lab/state.ts';

describe('the name of a lab', () => {
  test.each(['demo', 'a', 'a-b', 'lab2', 'abcdefghij', 'a-1b'])('%s is one', (name) => {
    expect(labNameProblem(name)).toBeUndefined();
  });

  test.each(['', 'Demo', '1lab', '-a', 'a-', 'a_b', 'abcdefghijk', 'a/b', '..', 'a b', 'a\n'])(
    '%j is none',
    (name) => {
      expect(labNameProblem(name)).toContain('1 to 10 characters');
      expect(() => labNamed(name, {})).toThrow('is no name for a lab');
    },
  );

  test('that ends like a host’s is none, for lab "a-1" would own server 1 of lab "a"', () => {
    expect(hostName('a', 1)).toBe(controlNamespace('a-1'));
    expect(labNameProblem('a-1')).toBeDefined();
  });
});

describe('what stands on the machine', () => {
  test('can be told from other things, and from those of another lab, by its name', () => {
    expect(hostIdIn('demo', hostName('demo', 4711))).toBe(4711);
    expect(hostIdIn('demo', controlNamespace('demo'))).toBeUndefined();
    expect(hostIdIn('demo', hostName('demo-b', 1))).toBeUndefined();
    expect(hostIdIn('demo', 'khl-demo-1x')).toBeUndefined();
    expect(hostIdIn('demo', 'docker0')).toBeUndefined();
    expect(hostIdIn('demo', privateNamespace('demo', 1))).toBeUndefined();
    expect(privateNamespace('demo-b', 1).startsWith(privateNamespacePrefix('demo'))).toBe(false);
  });

  test('has interfaces short enough for Linux, whatever the server’s id', () => {
    expect(wire(99_999_999_999_999).length).toBeLessThanOrEqual(15);
  });
});

test('the folders of a lab are the system’s, unless the environment says otherwise', () => {
  expect(labNamed('demo', {}).folder).toBe('/var/lib/kubehaus-lab/demo');
  const elsewhere = { KUBEHAUS_LAB_STATE: '/srv/labs', KUBEHAUS_LAB_CACHE: '/srv/cache' };
  expect(labNamed('demo', elsewhere)).toEqual({
    name: 'demo',
    folder: '/srv/labs/demo',
    cache: '/srv/cache',
  });
});
