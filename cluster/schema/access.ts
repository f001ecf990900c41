import { z } from 'zod';
import { isPublicKey } from './public-key.ts';
import { remedied, setOf, sources } from './values.ts';

const publicKey = z
  .string()
  .trim()
  .refine(isPublicKey, {
    error: 'is not an OpenSSH public key',
    ...remedied('Paste the line of a .pub file, for example from ~/.ssh/id_ed25519.pub'),
  });

/**
 * Users and groups that Debian has from the start (base-passwd), where cloud-init would make nobody, and the one that the role
 * etcd makes.
 */
const TAKEN = new Set(
  (
    'daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt nobody sshd etcd ' +
    'adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users nogroup'
  ).split(' '),
);

/** Users and groups of packages that Debian's cloud image or kubehaus installs. */
const OF_PACKAGES = /^(systemd-|_|(messagebus|netdev|crontab|input|kvm|render|sgx|polkitd|uuidd|tcpdump)$)/;

/** As Debian's useradd takes it without a question (useradd(8), CAVEATS). */
const user = z
  .string()
  .refine((name) => /^[a-z][a-z0-9_-]{0,31}$/.test(name), {
    error: (issue) => `"${String(issue.input)}" is not the name of a user`,
    ...remedied('Use lower-case letters, digits, "-" and "_", at most 32, beginning with a letter'),
  })
  .refine((name) => !TAKEN.has(name) && !OF_PACKAGES.test(name), {
    error: (issue) => `"${String(issue.input)}" is a user or a group of the system`,
    ...remedied('Choose another name, for example ops, or leave it out for root'),
  });

export const ssh = z.strictObject({
  publicKeys: z
    .array(publicKey)
    .default([])
    .describe(
      'OpenSSH public keys that may log in. New servers get them; those that are there keep the keys of their first boot (docs/outputs.md).',
    ),
  projectKeys: setOf(z.string().min(1))
    .default([])
    .describe(
      'SSH keys of the Hetzner project that may log in, by name or fingerprint; as with publicKeys, on new servers.',
    ),
  user: user
    .default('root')
    .describe(
      'Who logs in. Any other than root is made at a server’s first boot, with the keys and with sudo without a password; root is then let in no more.',
    ),
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
  if (!/^[1-9]\d*(-[1-9]\d*)?$/.test(text)) return false;
  const [first = 0, last = first] = text.split('-').map(Number);
  return first <= last && last <= 65535;
}
