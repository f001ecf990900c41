import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterPlan } from '../cluster/plan.ts';
import { writeTree } from '../render/write.ts';
import { runPlaybook, type PlaybookRun } from './ansible.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { addressesDocument, readMadeHosts } from './inventory.ts';
import { renderPlan } from './render-folder.ts';
import type { Reporter } from './reporter.ts';
import { withRun } from './run.ts';
import { findAnsible, findIdentityFile, findSsh, requireAll } from './tools.ts';

/**
 * Asks the hosts that exist what would change on them: `ansible-playbook site.yml --check --diff` with what cluster.yaml renders
 * to, from a copy below `.kubehaus/`. rendered/ stays as it is. Fails when there is no host yet, and as every run of Ansible does.
 *
 * Nodes without a server are left out of what is rendered for this, as if cluster.yaml did not have them: their addresses and
 * keys, which the others will get, are not there yet.
 */
export async function checkHosts(
  folder: ClusterFolder,
  plan: ClusterPlan,
  identityFile: string | undefined,
  reporter: Reporter,
): Promise<PlaybookRun> {
  const hosts = await readMadeHosts(folder, plan);
  const [ansible] = await requireAll([
    findAnsible(process.env),
    findSsh(process.env),
    findIdentityFile(identityFile),
  ]);
  const tree = await renderPlan({ ...plan, nodes: hosts.map(({ node }) => node) });
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
      const addresses = hosts.map(
        ({ node, address, serverId }) => [node.name, { id: serverId, ipv4: address }] as const,
      );
      await writeFile(
        join(folder.ansiblePreview, 'inventory', 'addresses.yml'),
        addressesDocument(new Map(addresses)),
      );
      return await runPlaybook(run, ansible, {
        playbook: 'site.yml',
        project: folder.ansiblePreview,
        identityFile,
        more: ['--check', '--diff'],
      });
    } finally {
      await rm(folder.ansiblePreview, { force: true, recursive: true });
    }
  });
}
