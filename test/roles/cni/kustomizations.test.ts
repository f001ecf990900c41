import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderCluster, type Sources } from '../../../render/tree.ts';
import { planOf, sources } from '../../render/scenarios.ts';
import { manifestTask } from './manifest-task.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Container {
  readonly name: string;
  readonly args?: string[];
  readonly env?: { name: string; value?: string }[];
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string };
  readonly data: Record<string, string>;
  readonly spec: { template: { spec: { containers: Container[]; initContainers?: Container[] } } };
}

/**
 * What a master would apply: the command of the role's task, with the files that come along, over a manifest with upstream's
 * names, to which there is a link as on a master.
 */
async function manifestOf(
  cni: string,
  file: string,
  upstream: (text: string) => string = (text) => text,
  ours: Sources = sources,
) {
  const { command, files } = manifestTask(renderCluster(planOf(`cni-${cni}`), ours), `cni_${cni}`);
  writeFileSync(join(folder, 'release-file'), upstream(readFileSync(join(import.meta.dirname, file), 'utf8')));
  const link = join(mkdtempSync(join(folder, 'links-')), file);
  symlinkSync(join(folder, 'release-file'), link);
  const cwd = mkdtempSync(join(folder, 'files-'));
  for (const [name, text] of files)
    writeFileSync(join(cwd, name), text.replace(`/etc/kubehaus/${cni}/${file}`, link));
  const [program = '', ...args] = command;
  const { stdout } = await execa(program, args, { cwd });
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
  return (kind: string, name: string) => {
    const object = objects.find(({ kind: ofKind, metadata }) => ofKind === kind && metadata.name === name);
    if (object === undefined) throw new Error(`no ${kind} ${name} in\n${stdout}`);
    return object;
  };
}

/** The sources with another setting in the kustomization of a role. */
function changed(cni: string, from: string, to: string): Sources {
  const path = `roles/cni_${cni}/files/kustomization.yaml.hbs`;
  const text = sources.get(path) ?? '';
  expect(text.split(from)).toHaveLength(2);
  return new Map([...sources, [path, text.replace(from, to)]]);
}

const envOf = (container: Container | undefined) =>
  (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [`${name}=${value}`]));

describe('Calico’s manifest with the changes of the cluster', () => {
  it('has the cluster’s pod network, each node’s part of it, and the MTU of the mesh', async () => {
    const object = await manifestOf('calico', 'calico.yaml');
    const { data } = object('ConfigMap', 'calico-config');
    expect(data).toMatchObject({ typha_service_name: 'none', veth_mtu: '1370' });
    const { plugins } = JSON.parse(
      (data['cni_network_config'] ?? '').replace('__CNI_MTU__', data['veth_mtu'] ?? ''),
    ) as { plugins: object[] };
    expect(plugins[0]).toMatchObject({ type: 'calico', mtu: 1370, ipam: { type: 'host-local', subnet: 'usePodCidr' } });
    const { containers, initContainers } = object('DaemonSet', 'calico-node').spec.template.spec;
    expect(envOf(containers[0]).sort()).toEqual([
      'CALICO_IPV4POOL_CIDR=10.200.0.0/16',
      'CALICO_IPV4POOL_IPIP=Never',
      'DATASTORE_TYPE=kubernetes',
      'USE_POD_CIDR=true',
    ]);
    expect(initContainers?.map(({ name }) => name)).toEqual(['install-cni']);
  });

  it('routes nothing itself, and does not wait for a BGP daemon that does not run', async () => {
    const object = await manifestOf('calico', 'calico.yaml');
    expect(object('ConfigMap', 'calico-config').data).toMatchObject({ calico_backend: 'none' });
    expect(object('DaemonSet', 'calico-node').spec.template.spec.containers[0]).toMatchObject({
      livenessProbe: { exec: { command: ['/bin/calico-node', '-felix-live'] }, periodSeconds: 10 },
      readinessProbe: { exec: { command: ['/bin/calico-node', '-felix-ready'] }, periodSeconds: 10 },
    });
  });

  it('asks the API through the node’s own load balancer', async () => {
    const object = await manifestOf('calico', 'calico.yaml');
    expect(object('ConfigMap', 'kubernetes-services-endpoint')).toMatchObject({
      metadata: { namespace: 'kube-system' },
      data: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '16443' },
    });
  });

  it.each([
    ['calico_backend: none', 'calico_backend: vxlan'],
    ["veth_mtu: '{{config.network.mtu}}'", "veth_mtu: '1300'"],
    ['"type": "host-local"', '"type": "calico-ipam"'],
  ])('has other pods when its ConfigMap has another setting than %s', async (from, to) => {
    const before = await manifestOf('calico', 'calico.yaml');
    const after = await manifestOf('calico', 'calico.yaml', undefined, changed('calico', from, to));
    expect(after('ConfigMap', 'calico-config').data).not.toEqual(before('ConfigMap', 'calico-config').data);
    expect(after('DaemonSet', 'calico-node').spec.template).not.toEqual(
      before('DaemonSet', 'calico-node').spec.template,
    );
  });

  it.each(['calico-config', 'calico-node'])('is refused when upstream has no %s any more', async (name) => {
    await expect(
      manifestOf('calico', 'calico.yaml', (text) => text.replace(`name: ${name}\n`, 'name: other\n')),
    ).rejects.toThrow(name);
  });
});

describe('flannel’s manifest with the changes of the cluster', () => {
  it('has the cluster’s pod network, and the mesh’s interface, whose MTU pods get', async () => {
    const object = await manifestOf('flannel', 'kube-flannel.yml');
    const { data } = object('ConfigMap', 'kube-flannel-cfg');
    expect(JSON.parse(data['net-conf.json'] ?? '')).toEqual({ Network: '10.200.0.0/16', Backend: { Type: 'alloc' } });
    expect(data['cni-conf.json']).toContain('flannel');
    const [container] = object('DaemonSet', 'kube-flannel-ds').spec.template.spec.containers;
    expect(container?.args).toContain('--iface=wg0');
    expect(container?.env?.map(({ name }) => name)).toContain('POD_NAME');
  });

  it('asks the API through the node’s own load balancer', async () => {
    const object = await manifestOf('flannel', 'kube-flannel.yml');
    const [container] = object('DaemonSet', 'kube-flannel-ds').spec.template.spec.containers;
    expect(envOf(container).sort()).toEqual(['KUBERNETES_SERVICE_HOST=127.0.0.1', 'KUBERNETES_SERVICE_PORT=16443']);
  });

  it.each([
    ['"Type": "alloc"', '"Type": "vxlan"'],
    ['"{{config.network.podCidr}}"', '"10.99.0.0/16"'],
  ])('has other pods when its ConfigMap has another setting than %s', async (from, to) => {
    const before = await manifestOf('flannel', 'kube-flannel.yml');
    const after = await manifestOf('flannel', 'kube-flannel.yml', undefined, changed('flannel', from, to));
    expect(after('ConfigMap', 'kube-flannel-cfg').data).not.toEqual(
      before('ConfigMap', 'kube-flannel-cfg').data,
    );
    expect(after('DaemonSet', 'kube-flannel-ds').spec.template).not.toEqual(
      before('DaemonSet', 'kube-flannel-ds').spec.template,
    );
  });

  it.each(['kube-flannel-cfg', 'kube-flannel-ds'])('is refused when upstream has no %s any more', async (name) => {
    await expect(
      manifestOf('flannel', 'kube-flannel.yml', (text) => text.replace(`name: ${name}\n`, 'name: other\n')),
    ).rejects.toThrow(name);
  });
});
