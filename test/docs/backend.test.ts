import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { clusterFolder, type ClusterFolder } from '../../drive/cluster-folder.ts';
import { kubehaus } from '../cli/kubehaus.ts';
import { kubehausInPath } from '../cli/kubehaus-in-path.ts';
import { CLUSTER_YAML, folderWith, temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { emptyProject } from '../stacks/project.ts';
import { terraformEnvironment } from '../stacks/real-provider.ts';
import { stateService } from '../stacks/state-service.ts';
import { blocks, pageNamed } from './pages.ts';

vi.setConfig({ testTimeout: 1_200_000 });

let cliConfig: string;
beforeAll(async () => {
  cliConfig = (await terraformEnvironment()).TF_CLI_CONFIG_FILE ?? '';
}, 1_200_000);

const UNCHANGED = 'Terraform changes nothing: what is at Hetzner is as cluster.yaml says.';
const OTHER_STATE = 'Terraform’s state is empty, although servers were made: prod-master-1.';

/** The page, and a cluster of one master in a folder, with what the page's blocks are tried on. */
async function site() {
  const page = await pageNamed('backend.md');
  const [move = '', removeFile = '', forget = '', ...more] = blocks(page, 'sh');
  const [toService = '', toGitLab = '', toFile = ''] = blocks(page, 'yaml');
  const [refusal = '-'] = blocks(page, 'text').map((text) => text.trim());
  expect(more).toEqual([]);

  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const oneMaster = CLUSTER_YAML.replace('workers:\n  - count: 1\n', 'controlPlane: { count: 1 }\n');
  const env = {
    ...project.environment,
    TF_CLI_CONFIG_FILE: cliConfig,
    CHECKPOINT_DISABLE: '1',
    PATH: await kubehausInPath(),
    KUBEHAUS_CLUSTER: undefined,
  };
  /** Runs a block of the page as one who says this to what Terraform asks. */
  const answering = (answer: string, { root }: ClusterFolder, commands: string) =>
    execa('bash', ['-e', '-c', commands], { cwd: root, env, input: `${answer}\n`, reject: false });
  return {
    blocks: { move, removeFile, forget, toService, toGitLab, toFile },
    refusal,
    project,
    folder: await folderWith(oneMaster),
    answering,
    shell: async (folder: ClusterFolder, commands: string) => {
      const { exitCode, stdout, stderr } = await answering('yes', folder, commands);
      expect(exitCode, stderr).toBe(0);
      return stdout;
    },
    /** Until it gives up on a server at which nobody answers. */
    up: ({ root }: ClusterFolder) => kubehaus(['up', '--yes', '--ssh-timeout', '1', '-C', root], { env }),
    plan: ({ root }: ClusterFolder) => kubehaus(['plan', '-C', root], { env }),
    destroy: ({ root }: ClusterFolder) => kubehaus(['destroy', '--yes', '-C', root], { env }),
    configure: ({ clusterYaml }: ClusterFolder, block: string, url = '') =>
      writeFile(clusterYaml, `${oneMaster}${block.replaceAll(/https:.*\/prod/g, url)}`),
  };
}

const serversIn = (state: string) => [...state.matchAll(/"type": ?"hcloud_server"/g)].length;

it('docs/backend.md: its commands move the state to a service, to another one and back; kubehaus works with no other', async () => {
  const { blocks, refusal, project, folder, shell, up, plan, destroy, configure } = await site();
  const { move, removeFile, forget, toService, toGitLab, toFile } = blocks;
  const [first, second, strange] = await Promise.all([stateService(), stateService(), stateService()]);
  expect((await up(folder)).exitCode).toBe(5);

  // To a service: nothing is done until the state is there.
  await configure(folder, toService, first.url);
  for (const refused of [await up(folder), await plan(folder), await destroy(folder)]) {
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining(refusal)]);
    expect(refused.stderr).toContain(
      `in ${folder.terraform}: TF_DATA_DIR=../../.kubehaus/terraform terraform`,
    );
  }
  expect([first.kept.state, project.state.servers.length]).toEqual(['', 1]);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(first.kept.state)).toBe(1);
  await shell(folder, removeFile);
  expect((await up(folder)).exitCode).toBe(5);
  expect(existsSync(folder.terraformState)).toBe(false);
  const clone = clusterFolder(await temporaryFolder());
  await cp(folder.root, clone.root, { recursive: true });

  // A place where another state is, or none.
  await shell(clone, 'rm -r .kubehaus/terraform');
  await configure(clone, toService, strange.url);
  for (const refused of [await up(clone), await plan(clone), await destroy(clone)])
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining(OTHER_STATE)]);
  expect(project.state.servers).toHaveLength(1);
  await configure(clone, toService, first.url);
  expect((await plan(clone)).stdout).toContain(UNCHANGED);

  // To another service, with GitLab's way of locking; and another machine, which remembers the first one.
  await configure(folder, toGitLab, second.url);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(second.kept.state)).toBe(1);
  expect(second.kept.calls).toEqual(expect.arrayContaining(['POST /state/lock', 'DELETE /state/lock']));
  expect(second.kept.locked).toBe('');
  await configure(clone, toGitLab, second.url);
  expect((await up(clone)).stderr).toContain(refusal);
  expect(await shell(clone, forget)).toContain(UNCHANGED);

  // And back.
  await configure(folder, toFile);
  for (const refused of [await up(folder), await destroy(folder)])
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining(refusal)]);
  expect(existsSync(folder.addresses)).toBe(true);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(await readFile(folder.terraformState, 'utf8'))).toBe(1);
  expect((await up(folder)).exitCode).toBe(5);
  expect(project.state.servers).toHaveLength(1);
});

it('docs/backend.md: a cluster without servers, or destroyed, goes on at another place', async () => {
  const { blocks, project, folder, up, plan, destroy, configure } = await site();
  const { toService, toFile } = blocks;
  const [first, second] = await Promise.all([stateService(), stateService()]);
  expect((await plan(folder)).stdout).toMatch(/Terraform: \d+ to create/);
  await configure(folder, toService, first.url);
  const planned = await plan(folder);
  expect([planned.exitCode, planned.stdout]).toEqual([0, expect.stringMatching(/Terraform: \d+ to create/)]);
  expect((await up(folder)).exitCode).toBe(5);
  expect(serversIn(first.kept.state)).toBe(1);
  expect(existsSync(folder.terraformState)).toBe(false);

  expect((await destroy(folder)).exitCode).toBe(0);
  await configure(folder, toService, second.url);
  expect((await up(folder)).exitCode).toBe(5);
  expect([serversIn(first.kept.state), serversIn(second.kept.state)]).toEqual([0, 1]);

  expect((await destroy(folder)).exitCode).toBe(0);
  await configure(folder, toFile);
  expect((await up(folder)).exitCode).toBe(5);
  expect(serversIn(await readFile(folder.terraformState, 'utf8'))).toBe(1);
  expect(project.state.servers).toHaveLength(1);
});

it('docs/backend.md: who answers `no` can go back to the old place and begin anew', async () => {
  const { blocks, project, folder, answering, shell, up, plan, destroy, configure } = await site();
  const { move, toService, toFile } = blocks;
  const service = await stateService();
  expect((await up(folder)).exitCode).toBe(5);
  await configure(folder, toService, service.url);
  const declined = await answering('no', folder, move);
  expect([declined.exitCode, declined.stderr]).toEqual([4, expect.stringContaining(OTHER_STATE)]);
  for (const refused of [await up(folder), await destroy(folder)])
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining(OTHER_STATE)]);
  expect(serversIn(service.kept.state)).toBe(0);

  await configure(folder, toFile);
  expect((await plan(folder)).stdout).toContain(UNCHANGED);
  await configure(folder, toService, service.url);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(service.kept.state)).toBe(1);
  expect(project.state.servers).toHaveLength(1);
});
