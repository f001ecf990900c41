import type { ClusterPlan } from '../cluster/plan.ts';
import { terraformName } from '../stacks/terraform-text.ts';
import type { Tree } from './tree.ts';

/** An edit that counts for servers that are still to be made (SETTLED_AT_CREATION in stacks/). */
export interface SettledEdit {
  /** Fields of cluster.yaml, and the new value where it is a word. */
  readonly what: string;
  /** Nodes whose servers are there, and stay as they are. */
  readonly nodes: readonly string[];
}

/**
 * What differs for `nodes` between two rendered trees, or between the lock and cluster.yaml, and reaches none of their servers,
 * since Terraform ignores it: its plan says nothing of that.
 */
export function settledEdits(
  plan: ClusterPlan,
  before: Tree,
  after: Tree,
  nodes: readonly string[],
): readonly SettledEdit[] {
  const [old, now] = [configurationIn(before), configurationIn(after)];
  const byEdit = new Map<string, string[]>();
  for (const { name, serverType, choices, image } of plan.nodes) {
    if (!nodes.includes(name)) continue;
    const types = [...new Set(choices.map((choice) => choice.serverType))];
    const differs = (argument: string) => {
      const [was, is] = [settled(old, name, argument), settled(now, name, argument)];
      return was !== undefined && was !== is;
    };
    const edits = [
      ...(types.includes(serverType) ? [] : [`serverType ${types.join(', ')}`]),
      ...(differs('image') ? [`image ${image}`] : []),
      ...(differs('ssh_keys') ? ['ssh.publicKeys, ssh.projectKeys'] : []),
      ...(differs('user_data') ? ['cloudInit'] : []),
    ];
    for (const edit of edits) byEdit.set(edit, [...(byEdit.get(edit) ?? []), name]);
  }
  return [...byEdit].map(([what, concerned]) => ({ what, nodes: concerned }));
}

interface Configuration {
  readonly locals?: Readonly<Record<string, unknown>>;
  readonly resource?: {
    readonly hcloud_server?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Nothing where the file is missing, or where Git left two versions in it. */
function configurationIn(tree: Tree): Configuration {
  try {
    return JSON.parse(tree.get('terraform/cdk.tf.json') ?? '{}') as Configuration;
  } catch {
    return {};
  }
}

/** An argument of a server, as text; of a local value what that is, and of a list its items in any order. */
function settled({ locals, resource }: Configuration, node: string, argument: string): string | undefined {
  const value = resource?.hcloud_server?.[terraformName(node)]?.[argument];
  const [, local] = /^\$\{local\.(\w+)\}$/.exec(String(value)) ?? [];
  const own = local === undefined ? value : locals?.[local];
  return JSON.stringify(Array.isArray(own) ? own.map(String).sort() : own);
}
