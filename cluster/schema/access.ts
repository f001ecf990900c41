import { z } from 'zod';
import { remedied, setOf, sources } from './values.ts';

/** Type, base64 and an optional comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
const PUBLIC_KEY = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-\S+) [A-Za-z0-9+/=]+( .*)?$/;

const publicKey = z.string().refine((text) => PUBLIC_KEY.test(text), {
  error: 'is not an OpenSSH public key',
  ...remedied('Paste the line of a .pub file, for example from ~/.ssh/id_ed25519.pub'),
});

export const ssh = z.strictObject({
  publicKeys: z.array(publicKey).default([]).describe('OpenSSH public keys that may log in as root.'),
  projectKeys: setOf(z.string().min(1))
    .default([])
    .describe('SSH keys of the Hetzner project that may log in as root, by name or fingerprint.'),
  port: z.int().min(1).max(65535).default(22).describe('TCP port of sshd on the image.'),
  allowedCidrs: sources
    .default(['0.0.0.0/0', '::/0'])
    .describe('Networks from which SSH is allowed through Hetzner’s firewall.'),
});

const port = z
  .union([z.int().min(1).max(65535), z.string()])
  .transform(String)
  .refine(isPortRange, {
    error: (issue) => `"${String(issue.input)}" is no port and no range of ports`,
    ...remedied('Write 443, or 30000-32767'),
  });

/** A rule for traffic from outside (https://docs.hetzner.cloud/reference/cloud#firewalls). */
const rule = z.strictObject({
  description: z.string().min(1).max(255).describe('What it is for.'),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']).describe('Protocol.'),
  port: port.optional().describe('Port or range of ports; for tcp and udp.'),
  sources: sources.default(['0.0.0.0/0', '::/0']).describe('Networks that are let in.'),
});

/** Rules of one firewall at most, less those that kubehaus needs itself (https://docs.hetzner.com/cloud/firewalls/faq/). */
const MORE_RULES = 50 - 4;

export const firewall = z.strictObject({
  rules: z
    .array(rule)
    .max(MORE_RULES)
    .default([])
    .describe('More that is let in from outside, on all nodes; SSH, WireGuard and ICMP always are.'),
});

function isPortRange(text: string): boolean {
  const ports = text.split('-').map(Number);
  const [first = 0, last = first] = ports;
  return (
    ports.length <= 2 &&
    ports.every((one) => Number.isInteger(one) && one >= 1 && one <= 65535) &&
    first <= last
  );
}
