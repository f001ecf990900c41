import { initOf } from '../hosts/running.ts';
import { inHost } from './in-host.ts';
import { nodesOf, type ProbedCluster } from './probed-cluster.ts';

/**
 * Runs kubectl as the administrator, on the first master on which it works. Fails with each master's own words when it works on
 * none.
 */
export async function kubectl(
  cluster: ProbedCluster,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const failures: string[] = [];
  for (const { name, id, master } of await nodesOf(cluster)) {
    if (!master || (await initOf(cluster.lab, id)) === undefined) continue;
    try {
      const command = ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...args];
      return await inHost(cluster.lab, id, command, input);
    } catch (error) {
      failures.push(`${name}: ${said(error)}`);
    }
  }
  throw new Error(
    [
      `kubectl ${args.slice(0, 3).join(' ')} … works on no master:`,
      ...(failures.length === 0 ? ['all are off'] : failures),
    ].join('\n  '),
  );
}

function said(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  if (typeof stderr === 'string' && stderr !== '') return stderr;
  return error instanceof Error ? error.message : String(error);
}
