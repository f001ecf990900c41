import ipaddr from 'ipaddr.js';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { parseCidr } from '../cidr.ts';
import { DNS_LABEL } from '../names.ts';

/** What a refinement tells beside its message: what to do about it (see parse.ts). */
export const remedied = (remedy: string) => ({ params: { remedy } });

/**
 * A list in which nothing stands twice. `sameness` is what no two items may share; it may get values that are wrong, too.
 * `twice` tells of an item that shares it with another one.
 */
export const setOf = <Item extends z.ZodType>(
  item: Item,
  sameness: (value: unknown) => string = (value) => JSON.stringify(value),
  twice: (value: unknown) => { message: string; remedy: string } = () => ({
    message: 'stands in the list already',
    remedy: 'Remove it',
  }),
) =>
  z.array(item).superRefine(
    (values, context) => {
      const all = values.map(sameness);
      for (const [index, one] of all.entries())
        if (all.indexOf(one) < index) {
          const { message, remedy } = twice(values[index]);
          context.addIssue({ code: 'custom', path: [index], message, ...remedied(remedy) });
        }
    },
    // Also where an item is wrong by itself.
    { when: ({ value }) => Array.isArray(value) },
  );

export const dnsLabel = z.string().refine((text) => DNS_LABEL.test(text), {
  error: (issue) => `"${String(issue.input)}" is not a DNS label`,
  ...remedied(
    'Use lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit',
  ),
});

/** A name in the DNS, or an address. */
export const hostName = z
  .string()
  .refine(
    (text) =>
      ipaddr.isValid(text) ||
      /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text),
    {
      error: (issue) => `"${String(issue.input)}" is neither a DNS name nor an address`,
      ...remedied('Write it in lower case and without a scheme or a port, for example api.example.org'),
    },
  );

export const cidr = z.string().refine((text) => parseCidr(text) !== undefined, {
  error: (issue) => `"${String(issue.input)}" is not an IPv4 network`,
  ...remedied('Write it as network address and prefix length, for example 10.0.1.0/24'),
});

/** URL with one of the schemes. JavaScript's parser, which zod asks, would take spaces, line breaks and braces, too. */
const url = (protocol: RegExp) =>
  z
    .url({ protocol })
    .refine((text) => !/[\s{}]/.test(text), {
      error: 'is a URL with a space or a brace in it',
      ...remedied('Write it on one line, with %20 for a space, %7B and %7D for braces'),
    })
    // Not with the value in the words: it may be a secret, and what is told may be logged.
    .refine((text) => !/^[a-z]+:\/*[^/?#]*@/i.test(text), {
      error: 'is a URL with a user name or a password in it, which would stand in files that are committed',
      ...remedied(
        'Remove them, up to and with the "@"; docs/configuration.md says where credentials come from',
      ),
    });

export const webUrl = url(/^https?$/);
export const httpsUrl = url(/^https$/);

/** IPv4 or IPv6. Hetzner's provider refuses a network that is not written with its first address. */
const anyCidr = z.string().check((context) => {
  const text = context.value;
  if (!ipaddr.isValidCIDR(text)) {
    context.issues.push({
      code: 'custom',
      input: text,
      message: `"${text}" is not a network`,
      ...remedied('Write it as address and prefix length, for example 198.51.100.7/32'),
    });
    return;
  }
  const address = ipaddr.parseCIDR(text)[0];
  const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = kind.networkAddressFromCIDR(text).toString();
  if (first === address.toString()) return;
  context.issues.push({
    code: 'custom',
    input: text,
    message: `${text} does not begin with the network’s first address`,
    ...remedied(
      `Write ${first}/${text.split('/')[1]}, or ${text.split('/')[0]} with the whole length if you mean one address`,
    ),
  });
});

/** Networks that one rule of a firewall may name (https://docs.hetzner.com/cloud/firewalls/overview/). */
const FIREWALL_SOURCES = 100;

/** From where a port may be reached. */
export const sources = setOf(anyCidr).min(1).max(FIREWALL_SOURCES);

/** Hetzner's locations (https://docs.hetzner.com/cloud/general/locations/). */
export const location = z.enum(['fsn1', 'nbg1', 'hel1', 'ash', 'hil', 'sin']);

export type Location = z.output<typeof location>;

export const locations = setOf(location)
  .min(1)
  .describe('Hetzner locations; new nodes are spread over them in turn. A node keeps its location for life.');

/** Of some of the nodes only. */
export const ownLocations = locations
  .optional()
  .describe('Hetzner locations of these nodes, in place of the cluster’s, which are the default.');

const oneServerType = z.string().refine((text) => /^[a-z]+[0-9]+$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not the name of a server type`,
  ...remedied('Write it as Hetzner does, for example cx33 (x86) or cax21 (ARM)'),
});

/** One type, or several in the order of preference; a list in every case when it has been read. */
export const serverTypes = z
  .union([oneServerType, setOf(oneServerType).min(1)])
  .transform((types) => [types].flat())
  .describe(
    'Hetzner server type, for example cx33 (x86) or cax21 (ARM); or a list, whose next one is taken for new servers where the one before is out of stock.',
  );

export const image = z.string().min(1);

export const packages = setOf(
  z.string().refine((text) => /^[a-z0-9][a-z0-9+.-]+$/.test(text), {
    error: (issue) => `"${String(issue.input)}" is not the name of a Debian package`,
    ...remedied('Use the name that apt knows, without a version'),
  }),
);

/** Keys of a cloud-config that kubehaus sets, and why: of several parts with the same key, cloud-init takes the last. */
const OWN_KEYS = {
  user: 'would change who may log in: ssh.user says it; more people belong below users',
  disable_root: 'would change who may log in: ssh.user says it',
  ssh_pwauth: 'would let people in with passwords, or not: keys alone let in',
  manage_etc_hosts: 'would take the nodes’ addresses out of /etc/hosts at every boot',
};

/** Of Hetzner's 32 KiB for user_data, less 2 KiB for kubehaus's own part (https://docs.hetzner.cloud/reference/cloud#servers-create-a-server). */
const CLOUD_INIT_BYTES = 30 * 1024;

/** What cloud-init recognises by its first line (https://cloudinit.readthedocs.io/en/latest/explanation/format.html). */
export const cloudInit = z
  .string()
  .refine((text) => text.startsWith('#cloud-config\n') || text.startsWith('#!'), {
    error: 'is nothing that cloud-init would run',
    ...remedied('Begin the text with a line #cloud-config, or with #! for a script'),
  })
  .check((context) => {
    if (context.value.startsWith('#!')) return;
    const document = parseDocument(context.value);
    for (const { message } of document.errors) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: `is not valid YAML: ${message.split('\n')[0]}`,
        ...remedied('Mend its syntax: cloud-init would skip all of it'),
      });
    }
    for (const [key, why] of Object.entries(OWN_KEYS)) {
      if (document.errors.length > 0 || !document.has(key)) continue;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: `${key} ${why}`,
        ...remedied(`Remove ${key}`),
      });
    }
  })
  .refine((text) => bytesOf(text) <= CLOUD_INIT_BYTES, {
    error: (issue) => `has ${bytesOf(String(issue.input))} bytes, and Hetzner takes ${CLOUD_INIT_BYTES}`,
    ...remedied('Let it fetch what is long, or put it into an image of your own'),
  });

/** In an archive each line of the text is indented. */
function bytesOf(text: string): number {
  return new TextEncoder().encode(text.replaceAll('\n', '\n    ')).length;
}
