import { execa } from 'execa';
import { lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it, vi } from 'vitest';
import { defaultKubeconfig, writePrivate } from '../../drive/fetch-kubeconfig.ts';
import type { Host } from '../../drive/inventory.ts';
import { kubeconfigFor } from '../../drive/kubeconfig-in-use.ts';
import { mergeKubeconfig, readAdminConf, type KubeconfigEntries } from '../../drive/kubeconfig.ts';
import { loadFolder } from '../../drive/load-folder.ts';
import { socksPort } from '../../drive/socks-port.ts';
import { CLUSTER_YAML, folderWith, temporaryFolder } from './cluster-in-a-folder.ts';

const ADMIN_CONF = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: Q0E=
    server: https://127.0.0.1:16443
  name: prod
contexts:
- context: {cluster: prod, user: kubernetes-admin}
  name: kubernetes-admin@prod
current-context: kubernetes-admin@prod
users:
- name: kubernetes-admin
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
`;

const OTHERS = `apiVersion: v1
kind: Config
# The cluster of the other team.
clusters:
  - name: other
    cluster:
      server: https://other.example.org # behind their VPN
contexts:
  - name: other
    context: { cluster: other, user: other }
current-context: other
users:
  - name: other
    user:
      token: theirs
preferences: {}
`;

async function entriesFor(clusterYaml = CLUSTER_YAML): Promise<KubeconfigEntries> {
  const { plan } = await loadFolder(await folderWith(clusterYaml));
  const masters = plan.nodes
    .filter(({ role }) => role === 'control-plane')
    .map((node): Host => ({ node, address: '203.0.113.1', serverId: '1' }));
  return {
    cluster: 'prod',
    masters,
    credentials: readAdminConf(ADMIN_CONF),
    proxyPort: 21_500,
    currentContext: 'prod-master-2',
  };
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[];
  contexts: { name: string; context: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
  'current-context': string;
}

describe('the kubeconfig', () => {
  it('has a context for each master, with its address in the mesh, through the tunnel', async () => {
    const config = parse(mergeKubeconfig(undefined, await entriesFor())) as Kubeconfig;

    expect(config.contexts.map(({ name }) => name)).toEqual([
      'prod-any-master',
      'prod-master-1',
      'prod-master-2',
      'prod-master-3',
    ]);
    expect(config.contexts[2]?.context).toEqual({ cluster: 'prod-master-2', user: 'prod-admin' });
    expect(config.clusters[2]).toEqual({
      name: 'prod-master-2',
      cluster: {
        server: 'https://10.0.1.12:6443',
        'proxy-url': 'socks5://127.0.0.1:21500',
        'certificate-authority-data': 'Q0E=',
      },
    });
    expect(config.users).toEqual([
      { name: 'prod-admin', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } },
    ]);
    expect(config['current-context']).toBe('prod-master-2');
  });

  it('has one for the load balancer of the node at the tunnel’s other end', async () => {
    const config = parse(mergeKubeconfig(undefined, await entriesFor())) as Kubeconfig;
    expect(config.contexts[0]).toEqual({
      name: 'prod-any-master',
      context: { cluster: 'prod-any-master', user: 'prod-admin' },
    });
    expect(config.clusters[0]?.cluster).toMatchObject({
      server: 'https://127.0.0.1:16443',
      'proxy-url': 'socks5://127.0.0.1:21500',
    });
  });

  it('asks the API itself from inside the mesh, without a load balancer that is not there', async () => {
    const config = parse(
      mergeKubeconfig(undefined, { ...(await entriesFor()), proxyPort: undefined }),
    ) as Kubeconfig;
    expect(config.clusters.map(({ name }) => name)).not.toContain('prod-any-master');
    expect(config.clusters[0]?.cluster).not.toHaveProperty('proxy-url');
  });

  it('leaves other clusters as they are, comments included', async () => {
    const text = mergeKubeconfig(OTHERS, await entriesFor());
    expect(text).toContain('# The cluster of the other team.');
    expect(text).toContain('server: https://other.example.org # behind their VPN');
    const config = parse(text) as Kubeconfig;
    expect(config.contexts.map(({ name }) => name)).toEqual([
      'other',
      'prod-any-master',
      'prod-master-1',
      'prod-master-2',
      'prod-master-3',
    ]);
    expect(config.users.map(({ name }) => name)).toEqual(['other', 'prod-admin']);
  });

  it('merged again is the same text', async () => {
    const entries = await entriesFor();
    const once = mergeKubeconfig(OTHERS, entries);
    expect(mergeKubeconfig(once, entries)).toBe(once);
  });

  it('forgets masters that the cluster no longer has', async () => {
    const before = mergeKubeconfig(OTHERS, await entriesFor());
    const after = mergeKubeconfig(before, {
      ...(await entriesFor(`${CLUSTER_YAML}controlPlane: { count: 1 }\n`)),
      currentContext: 'prod-master-1',
    });
    const config = parse(after) as Kubeconfig;
    expect(config.contexts.map(({ name }) => name)).toEqual(['other', 'prod-any-master', 'prod-master-1']);
    expect(config.clusters.map(({ name }) => name)).toEqual(['other', 'prod-any-master', 'prod-master-1']);
  });

  it('grows out of empty lists and an empty file', async () => {
    const entries = await entriesFor();
    expect(mergeKubeconfig('', entries)).toBe(mergeKubeconfig(undefined, entries));
    const config = parse(
      mergeKubeconfig('apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers: []\n', entries),
    ) as Kubeconfig;
    expect(config.contexts).toHaveLength(4);
  });

  it('is written for the user alone, through a symbolic link', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'config'), OTHERS, { mode: 0o644 });
    await symlink(join(folder, 'real', 'config'), join(folder, 'config'));

    await writePrivate(join(folder, 'config'), 'new');

    expect((await lstat(join(folder, 'config'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real', 'config'), 'utf8')).toBe('new');
    expect((await stat(join(folder, 'real', 'config'))).mode & 0o777).toBe(0o600);
  });

  it('goes where kubectl writes', () => {
    expect(defaultKubeconfig({ KUBECONFIG: '/a/one:/a/two' })).toBe('/a/one');
    expect(defaultKubeconfig({})).toMatch(/\/\.kube\/config$/);
  });

  it('has a port of the cluster’s own, the same at every call', () => {
    expect(socksPort('prod')).toBe(socksPort('prod'));
    expect(socksPort('prod')).not.toBe(socksPort('dev'));
    for (const name of ['a', 'prod', 'x'.repeat(30)]) {
      expect(socksPort(name)).toBeGreaterThanOrEqual(21_000);
      expect(socksPort(name)).toBeLessThan(22_000);
    }
  });
});

describe('a command in the tunnel', () => {
  const PROD = 'contexts: [{ name: prod-master-1, context: {} }]\ncurrent-context: prod-master-1\n';

  it('has the user’s own kubeconfig when that knows the cluster, else the one of the cluster’s folder, else none', async () => {
    const folder = await folderWith();
    const home = await temporaryFolder();
    vi.stubEnv('HOME', home);
    const kubeconfig = (env: NodeJS.ProcessEnv = {}) =>
      kubeconfigFor(['prod-master-1', 'prod-master-2'], folder, env);

    expect(await kubeconfig()).toBeUndefined();
    await mkdir(folder.local);
    await writeFile(folder.kubeconfig, PROD);
    expect(await kubeconfig()).toBe(folder.kubeconfig);
    // What KUBECONFIG names is what the user wants, even if it is of no use here.
    const others = join(home, 'others');
    await writeFile(others, OTHERS);
    expect(await kubeconfig({ KUBECONFIG: others })).toBeUndefined();
    const own = join(home, '.kube', 'config');
    await mkdir(join(home, '.kube'));
    await writeFile(own, PROD);
    expect(await kubeconfig()).toBe(own);
    await writeFile(own, ': no [ YAML');
    expect(await kubeconfig()).toBe(folder.kubeconfig);
    vi.unstubAllEnvs();
  });

  it('never leads a command in the tunnel to another cluster, whose context is the current one', async () => {
    const folder = await folderWith(CLUSTER_YAML);
    const others = join(await temporaryFolder(), 'others');
    await writeFile(others, OTHERS);
    await mkdir(folder.local);
    await writeFile(folder.kubeconfig, PROD);
    const both = `${others}:${folder.kubeconfig}`;
    const KUBECONFIG = await kubeconfigFor(['prod-master-1', 'prod-master-2'], folder, { KUBECONFIG: both });
    expect(KUBECONFIG).toBe(`${folder.currentContext}:${both}`);
    const kubectl = await execa('kubectl', ['config', 'current-context'], { env: { KUBECONFIG } });
    expect(kubectl.stdout).toBe('prod-master-1');
  });
});
