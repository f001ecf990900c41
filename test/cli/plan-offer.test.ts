import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLUSTER_YAML, folderWith } from '../drive/cluster-in-a-folder.ts';
import { emptyProject } from '../stacks/project.ts';
import { kubehaus } from './kubehaus.ts';

// `kubehaus plan` on the lab's API, which was told what is out of stock.
async function site(clusterYaml = CLUSTER_YAML) {
  const project = await emptyProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const folder = await folderWith(clusterYaml);
  const { HCLOUD_ENDPOINT: endpoint = '', HCLOUD_TOKEN: token } = project.environment;
  return {
    folder,
    soldOut: async (location: string, serverType: string) => {
      const answer = await fetch(`${endpoint.replace(/\/v1$/, '')}/_lab/faults`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'stock-out', location, serverType }),
      });
      expect(answer.status).toBeLessThan(300);
    },
    plan: (env: Record<string, string> = {}) =>
      kubehaus(['plan', '-C', folder.root], { env: { ...project.environment, ...env } }),
  };
}

describe('kubehaus plan', () => {
  it('tells what the servers cost a month, each with its IPv4 address, and that they can be had', async () => {
    const { plan } = await site();
    const { exitCode, stdout } = await plan();
    expect(exitCode).toBe(0);
    // The lab's list: a cx33 for 8.49, an address for 0.50, in every location.
    expect(stdout).toMatch(/^master {2}cx33 {2}nbg1 {6}1 {8}8\.99 {14}8\.99$/m);
    expect(stdout).toContain('Together EUR 35.96 a month');
    expect(stdout).toContain('Hetzner has all servers in stock that are still to be made.');
  });

  it('tells what is out of stock, what up would take instead, and what is not to be had at all', async () => {
    const { plan, soldOut, folder } = await site();
    await writeFile(
      folder.clusterYaml,
      CLUSTER_YAML.replace(
        'workers:\n  - count: 1',
        [
          'controlPlane: { serverType: [cx33, cpx32] }',
          'workers:',
          '  - { count: 1, serverType: cpx31 }',
          '  - { name: odd, count: 1, serverType: xx99 }',
          '  - { name: small, count: 1, locations: [fsn1] }',
        ].join('\n'),
      ),
    );
    await soldOut('fsn1', 'cx33');
    const { exitCode, stdout } = await plan();
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').filter((line) => /^prod-.*\.$/.test(line))).toEqual([
      'prod-master-2: cx33 is out of stock in fsn1 now; up would take cpx32 in fsn1.',
      'prod-worker-1: cpx31 is not sold in nbg1. It is sold in ash, hil, sin.',
      'prod-odd-1: Hetzner has no server type xx99.',
      'prod-small-1: cx33 is out of stock in fsn1 now, and cluster.yaml names no other type that can be had.',
    ]);
  });

  it('says what a token is for, refuses a wrong one, and goes on where nobody answers', async () => {
    const { plan } = await site();
    expect((await plan({ HCLOUD_TOKEN: '' })).stdout).toContain('Set HCLOUD_TOKEN to see what this costs');
    expect((await plan({ HCLOUD_TOKEN: 'x'.repeat(64) })).exitCode).toBe(7);
    const alone = await plan({ HCLOUD_ENDPOINT: 'http://127.0.0.1:9/v1' });
    expect([alone.exitCode, alone.stdout]).toEqual([
      0,
      expect.stringContaining('Hetzner could not be asked'),
    ]);
  });
});
