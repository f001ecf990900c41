import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../stacks/ssh-keys.ts';
import { clusterOf, terraformOf } from './terraform.ts';

const alice = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuftvm7W9i7RMtbfhug71BzEGSUDmy0ViDt4dnYuTFl alice';
const bob = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample1 bob';

const keysOf = (...publicKeys: string[]) =>
  terraformOf(clusterOf({ ssh: { publicKeys } }).plan).resource.hcloud_ssh_key;

describe('the operators’ SSH keys', () => {
  it('are known by the fingerprint that Hetzner and ssh-keygen show', () => {
    // ssh-keygen -l -E md5
    expect(fingerprintOf(alice)).toBe('a1:b9:a9:e8:a6:f2:72:e2:05:31:37:07:54:09:57:9e');
  });

  it('have names that depend on the key alone, not on its place in the list', () => {
    expect(Object.keys(keysOf(alice))).toEqual(['prod-a1b9a9e8a6f2']);
    expect(keysOf(bob, alice)['prod-a1b9a9e8a6f2']?.public_key).toBe(alice);
    expect(Object.keys(keysOf(alice, bob))).toEqual(Object.keys(keysOf(bob, alice)));
  });

  it('are created once when they are listed twice', () => {
    expect(Object.keys(keysOf(alice, alice.replace('alice', 'laptop')))).toHaveLength(1);
  });
});
