import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterFolder } from '../../drive/cluster-folder.ts';
import { exitCodes } from '../../drive/exit-codes.ts';
import { takeRunLock } from '../../drive/run-lock.ts';
import { formatLock, LOCK_FILE } from '../../cluster/lock.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { clusterOf, terraformOf } from './terraform.ts';

let cluster: string;
beforeEach(async () => {
  cluster = await mkdtemp(join(tmpdir(), 'cluster-'));
});
afterEach(() => rm(cluster, { recursive: true }));

/** Runs the app as cdktf does. */
const app = () =>
  execa('node', ['--import', 'tsx', 'main.ts'], {
    env: { KUBEHAUS_CLUSTER: cluster, CDKTF_OUTDIR: join(cluster, 'cdktf.out') },
    reject: false,
  });

describe('the CDKTF app', () => {
  it('synthesizes what kubehaus renders, on the same state, and keeps the lock', async () => {
    await writeFile(
      join(cluster, 'cluster.yaml'),
      JSON.stringify({ name: 'prod', ssh: { publicKeys: [PUBLIC_KEY] } }),
    );
    expect(await app()).toMatchObject({ exitCode: 0, stderr: '' });

    const text = await readFile(join(cluster, 'cdktf.out/stacks/prod/cdk.tf.json'), 'utf8');
    const synthesized = JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null) Reflect.deleteProperty(value, '//');
      return value;
    });
    const { plan, lock } = clusterOf({});
    const rendered = terraformOf(plan);
    expect(synthesized).toEqual({
      ...rendered,
      terraform: {
        ...rendered.terraform,
        backend: { local: { path: join(cluster, '.kubehaus/terraform.tfstate') } },
      },
    });
    expect(await readFile(join(cluster, LOCK_FILE), 'utf8')).toBe(formatLock(lock));
  });

  it('says what to do when there is no cluster', async () => {
    const { exitCode, stderr } = await app();
    expect(exitCode).toBe(exitCodes.cluster.code);
    expect(stderr).toContain(`There is no ${join(cluster, 'cluster.yaml')}.`);
    expect(stderr).toContain('KUBEHAUS_CLUSTER');
  });

  it('keeps its hands off a cluster that another command works on', async () => {
    await writeFile(
      join(cluster, 'cluster.yaml'),
      JSON.stringify({ name: 'prod', ssh: { publicKeys: [PUBLIC_KEY] } }),
    );
    const lock = await takeRunLock(clusterFolder(cluster), 'up', () => undefined);
    const { exitCode, stderr } = await app();
    await lock.release();
    expect(exitCode).toBe(exitCodes.busy.code);
    expect(stderr).toContain('`kubehaus up`');
    expect(await readdir(cluster)).toEqual(['.kubehaus', 'cluster.yaml']);
  });

  it('names everything that is wrong with cluster.yaml and writes nothing', async () => {
    await writeFile(
      join(cluster, 'cluster.yaml'),
      'name: prod\nssh: {publicKeys: []}\nworkers: [{count: 0}]\n',
    );
    const { exitCode, stderr } = await app();
    expect(exitCode).toBe(exitCodes.cluster.code);
    expect(stderr).toContain('ssh.publicKeys');
    expect(stderr).toContain('workers[0].count');
    expect(await readdir(cluster)).toEqual(['cluster.yaml']);
  });
});
