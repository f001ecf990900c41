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

vi.setConfig({ testTimeout: 600_000 });

let cliConfig: string;
beforeAll(async () => {
  cliConfig = (await terraformEnvironment()).TF_CLI_CONFIG_FILE ?? '';
}, 600_000);

const UNCHANGED = 'Terraform changes nothing: what is at Hetzner is as cluster.yaml says.';
const OTHER_STATE = 'Terraform’s state is empty, although servers were made: prod-master-1.';

it('docs/backend.md: its commands move the state to a service, to another one and back; kubehaus works with no other', async () => {
  const page = await pageNamed('backend.md');
  const [move = '', removeFile = '', forget = '', ...more] = blocks(page, 'sh');
  const [toService = '', toFile = ''] = blocks(page, 'yaml');
  const [refusal = '-'] = blocks(page, 'text').map((text) => text.trim());
  expect(more).toEqual([]);

  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const [first, second, strange] = await Promise.all([stateService(), stateService(), stateService()]);
  const oneMaster = CLUSTER_YAML.replace('workers:\n  - count: 1\n', 'controlPlane: { count: 1 }\n');
  const folder = await folderWith(oneMaster);
  const env = {
    ...project.environment,
    TF_CLI_CONFIG_FILE: cliConfig,
    CHECKPOINT_DISABLE: '1',
    PATH: await kubehausInPath(),
    KUBEHAUS_CLUSTER: undefined,
  };
  /** Until it gives up on a server at which nobody answers. */
  const up = ({ root }: ClusterFolder) =>
    kubehaus(['up', '--yes', '--ssh-timeout', '1', '-C', root], { env });
  /** Runs a block of the page as one who says yes to what Terraform asks. */
  const shell = async ({ root }: ClusterFolder, commands: string) =>
    (await execa('bash', ['-e', '-c', commands], { cwd: root, env, input: 'yes\n' })).stdout;
  const configure = ({ clusterYaml }: ClusterFolder, block: string, { url } = first) =>
    writeFile(clusterYaml, `${oneMaster}${block.replaceAll('https://state.example.org/prod', url)}`);
  const serversIn = (state: string) => [...state.matchAll(/"type": ?"hcloud_server"/g)].length;

  expect((await up(folder)).exitCode).toBe(5);
  const clone = clusterFolder(await temporaryFolder());
  await cp(folder.root, clone.root, { recursive: true, filter: (path) => path !== folder.terraformState });

  // To a service: nothing is done until the state is there.
  await configure(folder, toService);
  for (const refused of [
    await up(folder),
    await kubehaus(['plan', '-C', folder.root], { env }),
    await kubehaus(['destroy', '--yes', '-C', folder.root], { env }),
  ]) {
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

  // Another machine that remembers the old place; and a place where another state is, or none.
  await configure(clone, toService);
  expect((await up(clone)).stderr).toContain(refusal);
  expect(await shell(clone, forget)).toContain(UNCHANGED);
  await configure(clone, toService, strange);
  await shell(clone, 'rm -r .kubehaus/terraform');
  for (const command of ['up', 'plan', 'destroy']) {
    const { exitCode, stderr } = await kubehaus(
      [command, ...(command === 'plan' ? [] : ['--yes']), '-C', clone.root],
      { env },
    );
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining(OTHER_STATE)]);
  }
  expect(project.state.servers).toHaveLength(1);

  // To another service, and back.
  await configure(folder, toService, second);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(second.kept.state)).toBe(1);
  await configure(folder, toFile);
  expect((await up(folder)).stderr).toContain(refusal);
  expect(await shell(folder, move)).toContain(UNCHANGED);
  expect(serversIn(await readFile(folder.terraformState, 'utf8'))).toBe(1);
  expect((await up(folder)).exitCode).toBe(5);
  expect(project.state.servers).toHaveLength(1);
});
