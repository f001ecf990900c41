import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicKey } from '../../cluster/schema/public-key.ts';
import { PUBLIC_KEY } from './configurations.ts';

describe('a public key', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubehaus-keys-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['ed25519', '256'],
    ['rsa', '1024'],
    ['rsa', '2048'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
  ])('is one as ssh-keygen makes it, and none with a byte less or another type: %s %s', (type, bits) => {
    const file = join(folder, `${type}-${bits}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'ops at work', '-f', file]);
    const key = readFileSync(`${file}.pub`, 'utf8').trim();
    expect(isPublicKey(key)).toBe(true);
    const [name = '', base64 = ''] = key.split(' ');
    expect(isPublicKey(`${name} ${base64}`)).toBe(true);
    const bytes = Buffer.from(base64, 'base64');
    for (const damaged of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0])])])
      expect(isPublicKey(`${name} ${damaged.toString('base64')}`)).toBe(false);
    expect(isPublicKey(`${name === 'ssh-rsa' ? 'ssh-ed25519' : 'ssh-rsa'} ${base64}`)).toBe(false);
  });

  it.each([
    'ssh-ed25519 AAAAzz foo',
    'ssh-ed25519',
    PUBLIC_KEY.replace('1 ops', ' ops'),
    `${PUBLIC_KEY}\nmore`,
  ])('is not what is damaged: %s', (text) => {
    expect(isPublicKey(text)).toBe(false);
  });

  it('may be on a security key', () => {
    const field = (bytes: string | number) => {
      const data = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.alloc(bytes, 7);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, data]);
    };
    const key = (type: string, ...fields: (string | number)[]) =>
      `${type} ${Buffer.concat([type, ...fields].map(field)).toString('base64')}`;
    expect(isPublicKey(key('sk-ssh-ed25519@openssh.com', 32, 'ssh:'))).toBe(true);
    expect(isPublicKey(key('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', 65, 'ssh:'))).toBe(true);
    expect(isPublicKey(key('sk-ssh-ed25519@openssh.com', 32))).toBe(false);
  });
});
