import { parse } from 'yaml';
import type { Tree } from '../../../render/tree.ts';

interface ManifestTask {
  readonly command: readonly string[];
  /** Files that come along, by name, with their text. */
  readonly files: ReadonlyMap<string, string>;
}

/** How a role's one task makes the manifest that it applies. */
export function manifestTask(tree: Tree, role: string): ManifestTask {
  const file = (name: string) => tree.get(`ansible/roles/${role}/${name}`) ?? '';
  const tasks = parse(file('tasks/main.yml')) as {
    applied_manifest: { command: string[]; files: Record<string, string> };
  }[];
  const [task] = tasks;
  if (task === undefined || tasks.length > 1) throw new Error(`${role} has ${tasks.length} tasks`);
  const { command, files } = task.applied_manifest;
  const texts = Object.entries(files).map(([name, lookup]) => {
    const found = /^\{\{ lookup\('ansible.builtin.file', '(.+)', rstrip=false\) \}\}$/.exec(lookup)?.[1];
    return [name, file(`files/${found ?? ''}`)] as const;
  });
  return { command, files: new Map(texts) };
}
