import { join } from 'node:path';
import type { LabCluster } from './lab-cluster.ts';

/**
 * ansible-playbook as ops teams run it, in the rendered project, without kubehaus: how much changed, by the hosts that took part. Throws, with
 * all that it said, when it fails.
 */
export async function playbook(
  cluster: LabCluster,
  ...args: readonly string[]
): Promise<{ readonly changed: Readonly<Record<string, number>>; readonly all: string }> {
  const ended = await cluster.run(['ansible-playbook', ...args], {
    cwd: join(cluster.folder, 'rendered/ansible'),
    env: { HCLOUD_TOKEN: undefined },
  });
  if (ended.exitCode !== 0) throw new Error(`ansible-playbook ${args.join(' ')}: ${ended.all}`);
  const recap = ended.stdout.slice(ended.stdout.indexOf('PLAY RECAP'));
  const hosts = recap.matchAll(/^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=0/gm);
  return {
    changed: Object.fromEntries([...hosts].map(([, host, changed]) => [host, Number(changed)])),
    all: ended.all,
  };
}
