import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { DEFAULT_KUBERNETES_VERSION, kubernetesVersions } from './catalog.ts';
import { parseCidr } from './cidr.ts';
import { componentSettings } from './component-arguments.ts';
import { DNS_LABEL, ETCD_POOL, MASTER_POOL } from './names.ts';

const remedied = (remedy: string) => ({ params: { remedy } });

const dnsLabel = z.string().refine((text) => DNS_LABEL.test(text), {
  error: (issue) => `"${String(issue.input)}" is not a DNS label`,
  ...remedied(
    'Use lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit',
  ),
});

const cidr = z.string().refine((text) => parseCidr(text) !== undefined, {
  error: (issue) => `"${String(issue.input)}" is not an IPv4 network`,
  ...remedied('Write it as network address and prefix length, for example 10.0.1.0/24'),
});

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
  const kind = ipaddr.parseCIDR(text)[0].kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = kind.networkAddressFromCIDR(text).toString();
  if (first === ipaddr.parseCIDR(text)[0].toString()) return;
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

/** Hetzner's locations (https://docs.hetzner.com/cloud/general/locations/). */
const location = z.enum(['fsn1', 'nbg1', 'hel1', 'ash', 'hil', 'sin']);

const locations = z
  .array(location)
  .min(1)
  .describe('Hetzner locations; new nodes are spread over them in turn. A node keeps its location for life.');

const serverType = z
  .string()
  .regex(/^[a-z]+[0-9]+$/)
  .describe('Hetzner server type, for example cx33 (x86) or cax21 (ARM).');

const taint = z.strictObject({
  key: z.string().min(1).describe('Key of the taint.'),
  value: z.string().optional().describe('Value of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What happens to pods that do not tolerate it.'),
});

const pool = z.strictObject({
  name: dnsLabel
    .refine((name) => name !== MASTER_POOL && name !== ETCD_POOL, {
      error: (issue) => `"${String(issue.input)}" is the name of a fixed pool`,
      ...remedied('Choose another name, for example worker'),
    })
    .default('worker')
    .describe('Name of the pool; its nodes are called <cluster>-<pool>-<number>.'),
  count: z.int().min(1).describe('Number of nodes.'),
  serverType: serverType.default('cx33'),
  locations: locations.optional(),
  image: z.string().optional().describe('Image of new servers; the default is the cluster’s image.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Kubernetes labels of the nodes.'),
  taints: z.array(taint).default([]).describe('Kubernetes taints of the nodes.'),
});

const controlPlane = z.strictObject({
  count: z.int().min(1).max(10).default(3).describe('Number of masters.'),
  serverType: serverType.default('cx33'),
  locations: locations.optional(),
  schedulable: z
    .boolean()
    .optional()
    .describe(
      'Whether ordinary pods may run on masters. The default is yes without workers and no otherwise.',
    ),
  certSANs: z
    .array(z.string())
    .default([])
    .describe('More names and addresses for the API server’s certificate.'),
  apiServer: componentSettings('apiServer').describe('The API servers.'),
  controllerManager: componentSettings('controllerManager').describe('The controller managers.'),
  scheduler: componentSettings('scheduler').describe('The schedulers.'),
});

const etcd = z.discriminatedUnion('placement', [
  z.strictObject({ placement: z.literal('stacked').describe('etcd runs on the masters.') }),
  z.strictObject({
    placement: z.literal('isolated').describe('etcd runs on machines of its own.'),
    count: z.int().min(1).max(9).default(3).describe('Number of etcd machines; odd.'),
    serverType: serverType.default('cx23'),
    locations: locations.optional(),
  }),
]);

const network = z.strictObject({
  nodeCidr: cidr.default('10.0.1.0/24').describe('Addresses of the nodes in the WireGuard mesh.'),
  podCidr: cidr.default('10.244.0.0/16').describe('Addresses of pods; every node gets a /24 of it.'),
  serviceCidr: cidr.default('10.96.0.0/16').describe('Addresses of Services.'),
  wireguardPort: z.int().min(1).max(65535).default(51820).describe('UDP port of WireGuard.'),
  mtu: z
    .int()
    .min(1280)
    .max(8921)
    .default(1420)
    .describe('MTU of the mesh: 1500 less WireGuard’s 80 bytes over IPv6 (wg-quick(8) subtracts the same).'),
  cni: z
    .enum(['native'])
    .default('native')
    .describe('Pod network: native routes pods through the mesh itself.'),
});

/** Type, base64 and an optional comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
const PUBLIC_KEY = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-\S+) [A-Za-z0-9+/=]+( .*)?$/;

const ssh = z.strictObject({
  publicKeys: z
    .array(
      z.string().refine((text) => PUBLIC_KEY.test(text), {
        error: 'is not an OpenSSH public key',
        ...remedied('Paste the line of a .pub file, for example from ~/.ssh/id_ed25519.pub'),
      }),
    )
    .min(1)
    .describe('OpenSSH public keys that may log in as root.'),
  port: z.int().min(1).max(65535).default(22).describe('TCP port of sshd on the image.'),
  allowedCidrs: z
    .array(anyCidr)
    .min(1)
    .max(FIREWALL_SOURCES)
    .default(['0.0.0.0/0', '::/0'])
    .describe('Networks from which SSH is allowed through Hetzner’s firewall.'),
});

const mirror = z.strictObject({
  files: z
    .url()
    .optional()
    .describe('Base URL that replaces https:// in front of every release file’s official URL.'),
  sha256: z
    .record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))
    .default({})
    .describe('Sums of files that are not the official ones: path below `files` to SHA-256.'),
  apt: z
    .strictObject({
      uri: z.url().describe('Base URL of the repository.'),
      suites: z.array(z.string()).min(1).default(['bookworm']),
      components: z.array(z.string()).min(1).default(['main']),
      signedBy: z.string().describe('The repository’s public key, ASCII-armoured.'),
    })
    .optional()
    .describe('Debian repository that replaces the image’s own.'),
  registry: z
    .strictObject({
      url: z
        .url()
        .describe('Base URL; it serves <url>/v2/<upstream host>/<repository> in place of each upstream.'),
      upstreams: z
        .array(z.string())
        .min(1)
        .default(['registry.k8s.io', 'docker.io', 'quay.io', 'ghcr.io'])
        .describe('Registries that it stands for.'),
    })
    .optional()
    .describe('Image registry that replaces the public ones.'),
});

/** Settings that are handed on as they are; kubehaus’s own values win where it must decide. */
const passThrough = z.record(z.string(), z.unknown()).default({});

export const clusterSchema = z
  .strictObject({
    name: dnsLabel
      .refine((name) => name.length <= 30, {
        error: 'is longer than 30 characters',
        ...remedied('Choose a shorter name: it becomes part of every host name'),
      })
      .describe('Name of the cluster; part of every server’s name.'),
    kubernetes: z
      .strictObject({
        version: z
          .enum(kubernetesVersions as [string, ...string[]])
          .default(DEFAULT_KUBERNETES_VERSION)
          .describe('Kubernetes version.'),
        kubelet: passThrough.describe('More fields of KubeletConfiguration, for all nodes.'),
        kubeProxy: passThrough.describe('More fields of KubeProxyConfiguration.'),
        ignorePreflightErrors: z
          .array(z.string())
          .default([])
          .describe('Checks of kubeadm’s preflight whose failure does not stop it.'),
      })
      .prefault({}),
    locations: locations.default(['nbg1', 'fsn1', 'hel1']),
    image: z.string().default('debian-12').describe('Image of new servers.'),
    packages: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/))
      .default([])
      .describe('More Debian packages for all nodes.'),
    controlPlane: controlPlane.prefault({}),
    etcd: etcd.default({ placement: 'stacked' }),
    workers: z.array(pool).default([]).describe('Worker pools.'),
    network: network.prefault({}),
    ssh,
    containerd: z
      .strictObject({
        config: passThrough.describe('More settings of containerd’s config.toml, merged in depth.'),
      })
      .prefault({}),
    deleteProtection: z
      .boolean()
      .default(true)
      .describe('Whether Hetzner refuses to delete or rebuild masters and etcd machines.'),
    mirror: mirror
      .prefault({})
      .describe('Places that replace the official ones, for sites without the internet.'),
  })
  .describe('A kubehaus cluster.');

/** cluster.yaml with all defaults filled in. */
export type ClusterConfig = z.output<typeof clusterSchema>;
export type WorkerPool = ClusterConfig['workers'][number];
