import { parse } from 'yaml';
import { compareTrees } from './difference.ts';
import type { Tree } from './tree.ts';

/** What is new for nodes that exist already. */
export interface HostChange {
  /** Phase that brings it: the tag of its playbook, or `all`. */
  readonly phase: string;
  /** Role, or what all roles rest on. */
  readonly role: string;
  /** Files of the role and variables that it reads, as paths below the role and names. */
  readonly what: readonly string[];
  readonly nodes: readonly string[];
}

/** One play of the rendered playbooks. */
interface Play {
  readonly phase: string;
  readonly hosts: string;
  readonly roles: readonly string[];
}

/** Files of a role that tell people what it does, and do nothing. */
const NOTHING_DONE = /^(README\.md|meta\/)/;

/**
 * What the second tree brings to `nodes` that the first one did not: changed files of the roles and changed variables, with the
 * plays that run those roles. Which role reads a variable is told by its files.
 *
 * It says what will be looked at again, not what will change on a host: a file that a host has already stays as it is.
 */
export function hostChanges(before: Tree, after: Tree, nodes: readonly string[]): readonly HostChange[] {
  const files = changedFiles(before, after);
  const shared = changedVariables(before, after, 'ansible/group_vars/all.yml');
  const own = new Map(
    nodes.map((node) => [node, changedVariables(before, after, `ansible/host_vars/${node}.yml`)]),
  );
  const groups = groupsIn(after);
  const rows = new Map<string, { phase: string; role: string; what: Set<string>; nodes: Set<string> }>();

  for (const { phase, hosts, roles } of playsIn(after)) {
    const here = nodes.filter((node) => groups.get(hosts)?.has(node) ?? true);
    for (const role of roles) {
      const reads = readerOf(after, role);
      const forAll = [...(files.get(role) ?? []), ...shared.filter(reads)];
      for (const node of here) {
        const what = [...forAll, ...(own.get(node) ?? []).filter(reads)];
        if (what.length === 0) continue;
        const key = `${phase} ${role}`;
        const row = rows.get(key) ?? { phase, role, what: new Set(), nodes: new Set() };
        rows.set(key, row);
        for (const one of what) row.what.add(one);
        row.nodes.add(node);
      }
    }
  }
  const shape = changedProject(before, after);
  const ofProject =
    shape.length === 0 || nodes.length === 0
      ? []
      : [{ phase: 'all', role: 'playbooks and modules', what: new Set(shape), nodes: new Set(nodes) }];
  return [...ofProject, ...rows.values()].map(({ phase, role, what, nodes: concerned }) => ({
    phase,
    role,
    what: [...what].sort(),
    nodes: [...concerned],
  }));
}

/** Changed, added and removed files by role. */
function changedFiles(before: Tree, after: Tree): ReadonlyMap<string, readonly string[]> {
  const byRole = new Map<string, string[]>();
  for (const { path } of compareTrees(before, after).changes) {
    const [, role, file] = /^ansible\/roles\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (role === undefined || file === undefined || NOTHING_DONE.test(file)) continue;
    byRole.set(role, [...(byRole.get(role) ?? []), file]);
  }
  return byRole;
}

/** Playbooks, modules and settings that all roles rest on: what changes with the version of kubehaus. */
function changedProject(before: Tree, after: Tree): readonly string[] {
  return compareTrees(before, after).changes.flatMap(({ path }) => {
    const [, file] = /^ansible\/(?!roles\/|group_vars\/|host_vars\/|inventory\/|\.)(.+)$/.exec(path) ?? [];
    return file === undefined ? [] : [file];
  });
}

function changedVariables(before: Tree, after: Tree, path: string): readonly string[] {
  const [old, now] = [before, after].map(
    (tree) => (parse(tree.get(path) ?? '') ?? {}) as Record<string, unknown>,
  ) as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
}

/** Whether a role reads a variable: some file of it has the name. */
function readerOf(tree: Tree, role: string): (variable: string) => boolean {
  const prefix = `ansible/roles/${role}/`;
  const texts = [...tree]
    .filter(([path]) => path.startsWith(prefix) && !NOTHING_DONE.test(path.slice(prefix.length)))
    .map(([, text]) => text);
  return (variable) => {
    const word = new RegExp(`\\b${variable}\\b`);
    return texts.some((text) => word.test(text));
  };
}

/** The plays of site.yml, in its order. */
function playsIn(tree: Tree): readonly Play[] {
  const read = (name: string) =>
    (parse(tree.get(`ansible/${name}`) ?? '') ?? []) as Record<string, unknown>[];
  return read('site.yml')
    .flatMap((entry) => {
      const imported = entry['ansible.builtin.import_playbook'];
      return typeof imported === 'string' ? read(imported) : [entry];
    })
    .map((play) => ({
      phase: [play['tags']].flat().map(String)[0] ?? '',
      hosts: String(play['hosts']),
      roles: [...new Set(rolesIn(play))],
    }));
}

/** Names of the roles that a play lists, imports or includes, however deep in blocks. */
function rolesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(rolesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'roles')
      return [inner].flat().map((role) => (typeof role === 'string' ? role : String(role.role)));
    if (/(^|\.)(import|include)_role$/.test(key)) return [String((inner as { name: unknown }).name)];
    return rolesIn(inner);
  });
}

interface Group {
  readonly hosts?: Readonly<Record<string, unknown>>;
  readonly children?: Readonly<Record<string, Group | null>>;
}

/** Hosts of each group of the inventory. */
function groupsIn(tree: Tree): ReadonlyMap<string, ReadonlySet<string>> {
  const text = tree.get('ansible/inventory/cluster.yml') ?? '';
  const { all = {} } = (parse(text) ?? {}) as { all?: Group };
  const groups = all.children ?? {};
  const hostsOf = (name: string, group: Group | null | undefined): string[] => [
    ...Object.keys(group?.hosts ?? {}),
    ...Object.keys(group?.children ?? {}).flatMap((child) => hostsOf(child, groups[child])),
  ];
  return new Map(Object.entries(groups).map(([name, group]) => [name, new Set(hostsOf(name, group))]));
}
