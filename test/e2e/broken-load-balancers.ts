import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf, inHost } from '../../lab/probes/in-host.ts';
import { nodesOf, type ProbedCluster } from '../../lab/probes/probed-cluster.ts';
import { eventually } from './waiting.ts';

/** Ways in which load balancers can be wrong that the probes must notice. */
export type Breakage = 'a master left out' | 'no health checks';

const settings = 'etc/master-lb/nginx.conf';

/** Breaks the load balancer of every node, and gives back a function that mends them. All hosts must be on, or booting. */
export async function brokenLoadBalancers(
  cluster: ProbedCluster,
  breakage: Breakage,
): Promise<() => Promise<void>> {
  const before = new Map<number, string>();
  const load = async (id: number, text: string) => {
    await writeFile(join((await filesOf(cluster.lab, id)).root, settings), text);
    // A host that boots has no systemd to ask for a moment.
    await eventually(60, () => inHost(cluster.lab, id, ['systemctl', 'reload', 'master-lb.service']));
  };
  const mend = async (): Promise<void> => {
    for (const [id, text] of before) await load(id, text);
  };
  try {
    for (const { id } of await nodesOf(cluster)) {
      const text = await readFile(join((await filesOf(cluster.lab, id)).root, settings), 'utf8');
      before.set(id, text);
      await load(id, brokenSettings(text, breakage));
    }
  } catch (error) {
    await mend();
    throw error;
  }
  return mend;
}

/** nginx's settings with a mistake in them. Fails when they do not look as they did when the mistake was thought of. */
export function brokenSettings(text: string, breakage: Breakage): string {
  switch (breakage) {
    case 'a master left out':
      return withoutFirstMaster(text);
    case 'no health checks':
      return replaced(
        text,
        [/max_fails=\d+/g, 'max_fails=0'],
        [/proxy_next_upstream on;/, 'proxy_next_upstream off;'],
      );
    default: {
      const unknown: never = breakage;
      throw new Error(`no such breakage: ${String(unknown)}`);
    }
  }
}

/** Without any line that names the master which is named first. */
function withoutFirstMaster(text: string): string {
  const address = /^ *server (\S+:6443) /m.exec(text)?.[1];
  if (address === undefined) throw new Error('nginx.conf has nothing like a master');
  return text
    .split('\n')
    .filter((line) => !line.includes(` server ${address} `))
    .join('\n');
}

function replaced(text: string, ...changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce((now, [what, by]) => {
    const then = now.replace(what, by);
    if (then === now) throw new Error(`nginx.conf has nothing like ${String(what)}`);
    return then;
  }, text);
}
