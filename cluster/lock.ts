import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { formatPath, type Result } from './problem.ts';

const nodeLock = z.strictObject({
  address: z.ipv4(),
  podCidr: z.cidrv4().optional(),
  location: z.string(),
  serverType: z.string(),
});

const lockSchema = z.strictObject({
  version: z.literal(1),
  /** Name of the cluster, and so of all its servers. Absent before the first plan. */
  name: z.string().optional(),
  /** Networks that every node, pod and Service has an address of, and what connects pods. Absent before the first plan. */
  network: z
    .strictObject({
      nodeCidr: z.cidrv4(),
      podCidr: z.cidrv4(),
      serviceCidr: z.cidrv4(),
      cni: z.string().default('native'),
    })
    .optional(),
  nodes: z.record(z.string(), nodeLock),
  components: z.record(
    z.string(),
    z.strictObject({ version: z.string(), sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)) }),
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

/** Parses cluster.lock.yaml; no text means that there is none yet. */
export function parseLock(text: string | undefined): Result<ClusterLock> {
  if (text === undefined) return { ok: true, value: emptyLock };
  const refused = (message: string) => ({
    ok: false as const,
    problems: [
      {
        file: LOCK_FILE,
        path: '',
        message,
        remedy: 'Restore it from version control; without it nodes could be renumbered',
      },
    ],
  });
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    return refused(`is not valid YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
  const parsed = lockSchema.safeParse(data);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : refused(parsed.error.issues.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; '));
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
