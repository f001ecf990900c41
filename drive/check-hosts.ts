import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterPlan } from '../cluster/plan.ts';
import type { NodeOutput } from '../stacks/outputs.ts';
import { writeTree } from '../render/write.ts';
import { runPlaybook, type PlaybookRun } from './ansible.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { addressesDocument, readMadeHosts, type Host } from './inventory.ts';
import type { InMemory } from './render-folder.ts';
import type { Reporter } from './reporter.ts';
import { withRun } from './run.ts';
import { findAnsible, findIdentityFile, findSsh, requireAll } from './tools.ts';

/** Stands for the public addresses that nodes without a server will have (RFC 5737, RFC 3849). */
const NO_SERVER: NodeOutput = { id: '0', ipv4: '192.0.2.1', ipv6: '2001:db8::1' };

/**
 * Asks the hosts that exist what would change on them: `ansible-playbook site.yml --check --diff` with what cluster.yaml renders
 * to, from a copy below `.kubehaus/`. rendered/ stays as it is. Fails when there is no host yet, and as every run of Ansible does.
 */
export async function checkHosts(
  folder: ClusterFolder,
  { plan, tree }: Pick<InMemory, 'plan' | 'tree'>,
  identityFile: string | undefined,
  reporter: Reporter,
): Promise<PlaybookRun> {
  const hosts = await readMadeHosts(folder, plan);
  const [ansible] = await requireAll([
    findAnsible(process.env),
    findSsh(process.env),
    findIdentityFile(identityFile),
  ]);
  return withRun(folder, 'plan', reporter, async (run) => {
    try {
      await writeTree(
        folder.ansiblePreview,
        new Map(
          [...tree].flatMap(([path, text]) =>
            path.startsWith('ansible/') ? [[path.slice('ansible/'.length), text] as const] : [],
          ),
        ),
      );
      await writeFile(
        join(folder.ansiblePreview, 'inventory', 'addresses.yml'),
        addressesDocument(addressesOf(plan, hosts)),
      );
      return await runPlaybook(run, ansible, {
        playbook: 'site.yml',
        project: folder.ansiblePreview,
        identityFile,
        more: ['--check', '--diff', `--limit=${hosts.map(({ node }) => node.name).join(',')}`],
      });
    } finally {
      await rm(folder.ansiblePreview, { force: true, recursive: true });
    }
  });
}

/** Nodes that exist write the others into their lists of peers, so that each must have an address. */
function addressesOf(plan: ClusterPlan, hosts: readonly Host[]): ReadonlyMap<string, NodeOutput> {
  const known = new Map(
    hosts.map(({ node, address, serverId }) => [node.name, { ...NO_SERVER, id: serverId, ipv4: address }]),
  );
  return new Map(plan.nodes.map(({ name }) => [name, known.get(name) ?? NO_SERVER]));
}
