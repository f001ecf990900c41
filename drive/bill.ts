import { nextChoice, type ClusterPlan, type NodePlan, type ServerChoice } from '../cluster/plan.ts';
import type { Offer } from './hetzner-offer.ts';

/** Servers of one pool, type and location. */
export interface BillRow {
  readonly pool: string;
  readonly serverType: string;
  readonly location: string;
  readonly count: number;
  /** Net price a month of one; undefined for what is not sold there. */
  readonly each: number | undefined;
}

export interface Bill {
  readonly rows: readonly BillRow[];
  /** Net sum a month of all that has a price. */
  readonly monthly: number;
  /** What stands in the way of servers that are not there yet, as sentences. */
  readonly findings: readonly string[];
}

/** What a cluster costs, and whether Hetzner can deliver it now; `made` are the names of servers that are there already. */
export function billOf(plan: ClusterPlan, offer: Offer, made: ReadonlySet<string>): Bill {
  const rows = new Map<string, BillRow>();
  for (const { pool, serverType, location } of plan.nodes) {
    const key = `${pool} ${serverType} ${location}`;
    const each = offer.serverTypes.get(serverType)?.get(location)?.monthly;
    const count = (rows.get(key)?.count ?? 0) + 1;
    rows.set(key, { pool, serverType, location, count, each });
  }
  return {
    rows: [...rows.values()],
    monthly: [...rows.values()].reduce((sum, { count, each = 0 }) => sum + count * each, 0),
    findings: plan.nodes.filter(({ name }) => !made.has(name)).flatMap((node) => findingsOf(node, offer)),
  };
}

function findingsOf(node: NodePlan, offer: Offer): string[] {
  const { name, serverType, location } = node;
  const types = offer.serverTypes.get(serverType);
  if (types === undefined) return [`${name}: Hetzner has no server type ${serverType}.`];
  const here = types.get(location);
  if (here === undefined) return [`${name}: ${serverType} is not sold in ${location}. ${elsewhere(types)}`];
  if (here.available) return [];
  const other = inStock(node, offer);
  const soldOut = `${name}: ${serverType} is out of stock in ${location} now`;
  return [
    other === undefined
      ? `${soldOut}, and cluster.yaml names no other type that can be had.`
      : `${soldOut}; up would take ${other.serverType} in ${other.location}.`,
  ];
}

/** The first of the node's next choices that can be ordered. */
function inStock(node: NodePlan, offer: Offer): ServerChoice | undefined {
  for (let next = nextChoice(node); next !== undefined; next = nextChoice({ ...node, ...next })) {
    if (offer.serverTypes.get(next.serverType)?.get(next.location)?.available === true) return next;
  }
  return undefined;
}

function elsewhere(types: ReadonlyMap<string, unknown>): string {
  return types.size === 0 ? 'It is sold nowhere any more.' : `It is sold in ${[...types.keys()].join(', ')}.`;
}
