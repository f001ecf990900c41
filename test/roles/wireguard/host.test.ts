import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const MODULE = join(ROOT, 'roles/wireguard/library/wireguard_host.py');
const PYTHON = [join(ROOT, '.venv/bin/python')].find((path) => existsSync(path)) ?? 'python3';

/** Stands for wg: a key is `secret`, its public half is its length, and the interface is what the file `dump` says. */
const WG = `#!/bin/sh
case "$1" in
  genkey) echo secret ;;
  pubkey) read -r key; echo "public-$key" | tr s z ;;
  show) cat "$(dirname "$0")/dump" ;;
esac
`;
const IP = `#!/bin/sh
[ -e "$(dirname "$0")/dump" ] || exit 1
echo '[{"mtu":1420,"addr_info":[{"local":"10.0.1.11","prefixlen":24}]}]'
`;
const ROSTER = `# The mesh
[Interface]
ListenPort = 51820

# a
[Peer]
PublicKey = public-zecret
Endpoint = 203.0.113.1:51820
AllowedIPs = 10.0.1.11/32, 10.244.0.0/24

# b
[Peer]
PublicKey = B=
Endpoint = 203.0.113.2:51820
AllowedIPs = 10.0.1.12/32, 10.244.1.0/24
`;
const OWN = ['secret', 'public-zecret', '51820', 'off'].join('\t');
const B = ['B=', '(none)', '203.0.113.2:51820', '10.244.1.0/24,10.0.1.12/32', '0', '0', '0', 'off'].join('\t');

let folder: string;
let bin: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries({ wg: WG, ip: IP })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function look(check = false): Promise<{ text: string; answer: Record<string, unknown> }> {
  const args = {
    private_file: join(folder, 'private.conf'),
    roster_file: join(folder, 'roster.conf'),
    _ansible_check_mode: check,
    _ansible_remote_tmp: folder,
  };
  const { stdout } = await execa(PYTHON, ['-B', MODULE], {
    input: JSON.stringify({ ANSIBLE_MODULE_ARGS: args }),
    env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  return { text: stdout, answer: JSON.parse(stdout) as Record<string, unknown> };
}

describe('what a host tells of its WireGuard', () => {
  it('makes the private key once, for root alone, and never tells it', async () => {
    const first = await look();
    const path = join(folder, 'private.conf');
    expect(first.answer).toMatchObject({ changed: true, public_key: 'public-zecret', roster: {}, in_sync: false });
    expect(first.text).not.toContain('secret');
    expect(readFileSync(path, 'utf8')).toBe('[Interface]\nPrivateKey = secret\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);

    const second = await look();
    expect(second.answer).toMatchObject({ changed: false, public_key: 'public-zecret' });
  });

  it('makes none in check mode', async () => {
    expect((await look(true)).answer).toMatchObject({ changed: true, public_key: '' });
    expect(existsSync(join(folder, 'private.conf'))).toBe(false);
  });

  it('knows an interface that holds what the files say', async () => {
    writeFileSync(join(folder, 'roster.conf'), ROSTER);
    writeFileSync(join(bin, 'dump'), `${OWN}\n${B}\n`);
    const { answer } = await look();
    expect(answer).toMatchObject({
      roster: { a: 'public-zecret', b: 'B=' },
      address: '10.0.1.11/24',
      mtu: 1420,
      in_sync: true,
    });
  });

  it.each([
    ['a peer is missing', `${OWN}\n`],
    ['a peer is too many', `${OWN}\n${B}\n${B.replace('B=', 'C=')}\n`],
    ['a peer has another network', `${OWN}\n${B.replace('10.244.1.0', '10.244.9.0')}\n`],
    ['a peer is elsewhere', `${OWN}\n${B.replace('203.0.113.2', '203.0.113.9')}\n`],
    ['the port is another', `${OWN.replace('51820', '1')}\n${B}\n`],
    ['the key is another', `${OWN.replace('public-zecret', 'other=')}\n${B}\n`],
  ])('notices that %s', async (_, dump) => {
    writeFileSync(join(folder, 'roster.conf'), ROSTER);
    writeFileSync(join(bin, 'dump'), dump);
    expect((await look()).answer).toMatchObject({ in_sync: false });
  });
});
