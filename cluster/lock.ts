import { stringify } from 'yaml';
import { z } from 'zod';
import { parseYaml, type Parsed, type Remedies } from './parse.ts';
import { dnsLabel } from './schema/values.ts';

/** What Hetzner has or had once: locations and types that are no longer offered still have servers. */
const offer = z.string().regex(/^[a-z]+[0-9]*$/);

const nodeLock = z.strictObject({
  address: z.ipv4(),
  podCidr: z.cidrv4().optional(),
  location: offer,
  serverType: offer,
});

const lockSchema = z.strictObject({
  version: z.literal(1),
  /** Name of the cluster, and so of all its servers. Absent before the first plan. */
  name: dnsLabel.optional(),
  /** Networks that every node, pod and Service has an address of, and what connects pods. Absent before the first plan. */
  network: z
    .strictObject({
      nodeCidr: z.cidrv4(),
      podCidr: z.cidrv4(),
      serviceCidr: z.cidrv4(),
      cni: z.string().default('native'),
      /** Absent from locks of earlier versions. */
      wireguardPort: z.int().optional(),
      /** Only where the mesh goes through a private network. */
      privateCidr: z.cidrv4().optional(),
    })
    .optional(),
  /** Who logs in to the servers (ssh.user). Absent before the first plan, and in locks of clusters in which only root could. */
  sshUser: z.string().optional(),
  nodes: z.record(z.string(), nodeLock),
  components: z.record(
    z.string(),
    z.strictObject({
      version: z.string().regex(/^[\w.+-]+$/),
      sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
    }),
  ),
});

/**
 * What was decided once: addresses, locations and types of nodes, which do not change while a node lives; and the versions
 * and sums of release files that were last rendered.
 */
export type ClusterLock = z.output<typeof lockSchema>;
export type NodeLock = z.output<typeof nodeLock>;

export const emptyLock: ClusterLock = { version: 1, nodes: {}, components: {} };

export const LOCK_FILE = 'cluster.lock.yaml';

const HEADER = `# Kept by kubehaus and committed, like any lock file: what was given to a node once stays its own.
`;

/**
 * Two branches may each have added nodes. The entries of nodes that exist must stay; what the other branch added has no
 * servers yet, and gets its addresses anew.
 */
const REMEDIES: Remedies = {
  conflict:
    'Take the file of the branch whose nodes exist already: `git checkout --theirs cluster.lock.yaml` while you merge it into yours, --ours while you rebase onto it; then run `kubehaus render`, which adds the rest anew',
  others: 'Restore the file from version control; without it nodes could be renumbered',
};

/** Parses cluster.lock.yaml; no text means that there is none yet. */
export function parseLock(text: string | undefined): Parsed<ClusterLock> {
  return parseYaml(text ?? formatLock(emptyLock), LOCK_FILE, lockSchema, REMEDIES);
}

export function formatLock(lock: ClusterLock): string {
  return HEADER + stringify(lock, { lineWidth: 0 });
}

/** The lock with another type or place for servers that are not there yet, by node name. */
export function withServers(
  lock: ClusterLock,
  servers: ReadonlyMap<string, Pick<NodeLock, 'serverType' | 'location'>>,
): ClusterLock {
  const nodes = Object.entries(lock.nodes).map(([name, node]) => {
    const { serverType, location } = servers.get(name) ?? node;
    return [name, { ...node, serverType, location }] as const;
  });
  return { ...lock, nodes: Object.fromEntries(nodes) };
}
