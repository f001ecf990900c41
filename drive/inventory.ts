import { stringify } from 'yaml';
import { z } from 'zod';
import { parseYaml, type Parsed, type Remedies } from '../cluster/parse.ts';
import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';
import { readOptional, type ClusterFolder } from './cluster-folder.ts';
import { invalidCluster, noServersYet } from './errors.ts';
import type { NodeOutput } from '../stacks/outputs.ts';
import { writeIfChanged } from './write-file.ts';

/** A node that has a server. */
export interface Host {
  readonly node: NodePlan;
  /** Public address, where SSH answers and, unless the cluster has a private network, WireGuard's packets go. */
  readonly address: string;
  /** Hetzner's id, under which the SSH host key is pinned. */
  readonly serverId: string;
}

const HEADER = `# Written by kubehaus after \`terraform apply\`, from Terraform's output "nodes": the one thing that only Hetzner knows.
`;

const addressesSchema = z.object({
  all: z.object({
    hosts: z.record(
      z.string(),
      z.object({ ansible_host: z.string(), node_public_address: z.string(), node_server_id: z.string() }),
    ),
  }),
});

/** As it is called in what is told of it; two branches may each have made servers, and both have committed it. */
export const ADDRESSES_FILE = 'rendered/ansible/inventory/addresses.yml';

const REMEDIES: Remedies = {
  conflict: `Take either side, with \`git checkout --ours ${ADDRESSES_FILE}\` or --theirs; the next \`kubehaus up\` writes it anew`,
  others: 'Restore the file from version control; the next `kubehaus up` writes it anew',
};

type Addresses = z.output<typeof addressesSchema>['all']['hosts'];

/** Parses inventory/addresses.yml; no text means that no server has been made yet. */
export function parseAddresses(text: string | undefined): Parsed<z.output<typeof addressesSchema>> {
  return parseYaml(text ?? addressesDocument(new Map()), ADDRESSES_FILE, addressesSchema, REMEDIES);
}

/** inventory/addresses.yml: how to reach each host, beside the rendered inventory/cluster.yml. */
export function addressesDocument(servers: ReadonlyMap<string, Pick<NodeOutput, 'id' | 'ipv4'>>): string {
  const hosts = [...servers].map(([name, { id, ipv4 }]) => [
    name,
    { ansible_host: ipv4, node_public_address: ipv4, node_server_id: id },
  ]);
  return `${HEADER}---\n${stringify({ all: { hosts: Object.fromEntries(hosts) } }, { lineWidth: 0 })}`;
}

/** Writes the addresses of the plan's nodes, in its order, if they are others than before. True when written. */
export async function writeAddresses(
  folder: ClusterFolder,
  plan: ClusterPlan,
  servers: ReadonlyMap<string, NodeOutput>,
): Promise<boolean> {
  const ordered = plan.nodes.flatMap(({ name }) => {
    const server = servers.get(name);
    return server === undefined ? [] : [[name, server] as const];
  });
  return writeIfChanged(folder.addresses, addressesDocument(new Map(ordered)));
}

/** The plan's nodes (or those of `names`) with the addresses that were written last. Fails when one has none. */
export async function readHosts(
  folder: ClusterFolder,
  plan: ClusterPlan,
  names: readonly string[] = plan.nodes.map(({ name }) => name),
): Promise<readonly Host[]> {
  const known = await addressesOf(folder);
  const missing = names.filter((name) => known[name] === undefined);
  if (missing.length > 0) throw noServersYet(missing);
  return hostsWith(known, plan).filter(({ node }) => names.includes(node.name));
}

/** The plan's nodes that have a server already. Fails when none has one. */
export async function readMadeHosts(folder: ClusterFolder, plan: ClusterPlan): Promise<readonly Host[]> {
  const hosts = hostsWith(await addressesOf(folder), plan);
  if (hosts.length === 0) throw noServersYet(plan.nodes.map(({ name }) => name));
  return hosts;
}

/** Names of the nodes that have a server. */
export async function madeNames(folder: ClusterFolder): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(await addressesOf(folder)));
}

async function addressesOf(folder: ClusterFolder): Promise<Addresses> {
  const { value, problems } = parseAddresses(await readOptional(folder.addresses));
  if (problems.length > 0) throw invalidCluster(folder.root, problems);
  return value.all.hosts;
}

function hostsWith(known: Addresses, plan: ClusterPlan): readonly Host[] {
  return plan.nodes.flatMap((node) => {
    const host = known[node.name];
    return host === undefined
      ? []
      : [{ node, address: host.node_public_address, serverId: host.node_server_id }];
  });
}
