import { podNetworks } from '../cluster/catalog.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { synthesizeTerraform } from '../stacks/synthesize.ts';
import { compile, yamlText } from './template.ts';
import { registryMirrors } from './registries.ts';
import { groupVariables, hostVariables, inventory } from './variables.ts';
import { viewOf } from './view.ts';

/** playbook-templates/ and roles/ of this version of kubehaus: path from its root → text. */
export type Sources = ReadonlyMap<string, string>;

/** What is written below `rendered/`: path → text. */
export type Tree = ReadonlyMap<string, string>;

const NOTE = '# Rendered by kubehaus from cluster.yaml and cluster.lock.yaml: edit those, not this file.\n';

/** Folders of the sources and where they land in the tree. */
const PLACES: readonly (readonly [source: string, place: string])[] = [
  ['playbook-templates/ansible/', 'ansible/'],
  ['playbook-templates/README.md', 'README.md'],
  ['roles/', 'ansible/roles/'],
];

/** Renders everything that will be done to the cluster. Pure: the same plan and sources give the same bytes. */
export function renderCluster(plan: ClusterPlan, sources: Sources): Tree {
  const view = viewOf(plan);
  const tree = new Map<string, string>();
  for (const [path, text] of sources) {
    const place = placeOf(path);
    if (place === undefined || isOfAnotherPodNetwork(path, plan)) continue;
    if (!place.endsWith('.hbs')) {
      tree.set(place, text);
      continue;
    }
    const rendered = compile(text, path)(view);
    // A file that this cluster has no use for renders to nothing.
    if (rendered.trim() !== '') tree.set(place.slice(0, -'.hbs'.length), rendered);
  }
  tree.set('terraform/cdk.tf.json', synthesizeTerraform(plan));
  tree.set('ansible/group_vars/all.yml', document(groupVariables(view)));
  tree.set('ansible/inventory/cluster.yml', document(inventory(view)));
  for (const [path, text] of registryMirrors(view))
    tree.set(`ansible/roles/containerd/files/certs.d/${path}`, text);
  for (const node of plan.nodes)
    tree.set(`ansible/host_vars/${node.name}.yml`, document(hostVariables(node, plan.config.network.cni)));
  return new Map([...tree].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function placeOf(path: string): string | undefined {
  for (const [source, place] of PLACES) {
    if (path === source || path === `${source}.hbs`) return place + path.slice(source.length);
    if (source.endsWith('/') && path.startsWith(source)) return place + path.slice(source.length);
  }
  return undefined;
}

/** Each pod network is a role; a cluster has one of them. */
function isOfAnotherPodNetwork(path: string, { config }: ClusterPlan): boolean {
  return podNetworks.some((name) => name !== config.network.cni && path.startsWith(`roles/cni_${name}/`));
}

function document(value: unknown): string {
  return `${NOTE}---\n${yamlText(value)}\n`;
}
