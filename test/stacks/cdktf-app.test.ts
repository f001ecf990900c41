import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `There is no cluster.yaml in ${cluster}. Set KUBEHAUS_CLUSTER to the folder of a cluster.`,
    );
  });

  it('names everything that is wrong with cluster.yaml and writes nothing', async () => {
    await writeFile(
      join(cluster, 'cluster.yaml'),
      'name: prod\nssh: {publicKeys: []}\nworkers: [{count: 0}]\n',
    );
    const { exitCode, stderr } = await app();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ssh.publicKeys');
    expect(stderr).toContain('workers[0].count');
    expect(await readdir(cluster)).toEqual(['cluster.yaml']);
  });
});
