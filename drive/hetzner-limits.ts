import { z } from 'zod';
import type { ClusterConfig } from '../cluster/schema.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { PROJECT_PLACEMENT_GROUPS } from '../cluster/names.ts';
import { askHetzner } from './hetzner-api.ts';
import type { ResourceChange } from './terraform-changes.ts';

type AccountLimits = ClusterConfig['account']['limits'];

/** What Hetzner limits, and how much of it comes with a resource of Terraform. */
interface Limited {
  readonly what: string;
  /** Path of the API that lists what there is. */
  readonly list: string;
  readonly type: string;
  /** How many come with one resource. */
  readonly each: number;
  /** Where the limit comes from: the account's own, or Hetzner's for every project. */
  readonly limit: keyof AccountLimits | number;
}

const LIMITED: readonly Limited[] = [
  { what: 'servers', list: '/servers', type: 'hcloud_server', each: 1, limit: 'servers' },
  // An address for IPv4 and a network for IPv6 are made together with each server; both count.
  { what: 'primary IPs', list: '/primary_ips', type: 'hcloud_server', each: 2, limit: 'primaryIps' },
  {
    what: 'placement groups',
    list: '/placement_groups',
    type: 'hcloud_placement_group',
    each: 1,
    limit: PROJECT_PLACEMENT_GROUPS,
  },
  // https://docs.hetzner.com/cloud/firewalls/overview#limits
  { what: 'firewalls', list: '/firewalls', type: 'hcloud_firewall', each: 1, limit: 50 },
];

/** How something limited stands. */
export interface Standing {
  readonly what: string;
  /** How many the project has; undefined when Hetzner does not tell. */
  readonly has: number | undefined;
  /** How many the plan makes, without those that it destroys; negative when there will be fewer. */
  readonly more: number;
  /** Undefined when cluster.yaml does not state it. */
  readonly limit: number | undefined;
  /** Field of cluster.yaml that states the limit; absent where Hetzner has the same for every project. */
  readonly field?: string;
}

const listAnswer = z.object({
  meta: z.object({ pagination: z.object({ total_entries: z.number().nullable() }) }),
});

/** What is there and what would be made, against the limits. One question for each kind; asks nothing about the account. */
export async function standings(
  env: NodeJS.ProcessEnv,
  changes: readonly Pick<ResourceChange, 'type' | 'kind'>[],
  limits: AccountLimits,
): Promise<readonly Standing[]> {
  return Promise.all(
    LIMITED.map(async ({ what, list, type, each, limit }) => {
      const { meta } = await askHetzner(env, `${list}?per_page=1`, listAnswer);
      const number = (kind: ResourceChange['kind']) =>
        changes.filter((change) => change.type === type && change.kind === kind).length;
      return {
        what,
        has: meta.pagination.total_entries ?? undefined,
        more: (number('create') - number('destroy')) * each,
        ...(typeof limit === 'number'
          ? { limit }
          : { limit: limits[limit], field: `account.limits.${limit}` }),
      };
    }),
  );
}

/** Where a limit does not suffice, as sentences. What is over its limit already and gets no more is nobody's matter here. */
export function exceeded(all: readonly Standing[]): readonly string[] {
  return all.flatMap(({ what, has = 0, more, limit, field }) => {
    if (limit === undefined || more <= 0 || has + more <= limit) return [];
    const whose = field === undefined ? 'Hetzner’s limit of' : `the account’s limit (${field}) of`;
    return [
      `${what}: the project has ${has} and would get ${more} more; that is ${has + more - limit} over ${whose} ${limit}.`,
    ];
  });
}

/**
 * What an apply would make and destroy where Terraform cannot be asked: what the plan has and no server is known of, and the
 * reverse. `made` are the names of the servers that are known.
 */
export function expectedChanges(
  plan: ClusterPlan,
  made: ReadonlySet<string>,
): readonly Pick<ResourceChange, 'type' | 'kind'>[] {
  const planned = new Set(plan.nodes.map(({ name }) => name));
  const groupsOf = (nodes: ClusterPlan['nodes']) =>
    new Set(nodes.flatMap((node) => node.placementGroup ?? []));
  const there = groupsOf(plan.nodes.filter(({ name }) => made.has(name)));
  const times = (number: number, type: string, kind: ResourceChange['kind']) =>
    Array.from({ length: number }, () => ({ type, kind }));
  return [
    ...times([...planned].filter((name) => !made.has(name)).length, 'hcloud_server', 'create'),
    ...times([...made].filter((name) => !planned.has(name)).length, 'hcloud_server', 'destroy'),
    ...times(
      [...groupsOf(plan.nodes)].filter((group) => !there.has(group)).length,
      'hcloud_placement_group',
      'create',
    ),
    ...times(made.size === 0 ? 1 : 0, 'hcloud_firewall', 'create'),
  ];
}
