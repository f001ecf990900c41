import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHost, type Host } from './host.ts';

// The module's files and calls; that the API servers then run, and what happens when they don't, is seen in the lab.
const APPLIED = 'var/lib/kubelet/kubehaus-kubeadm.yaml';
const APISERVER = 'etc/kubernetes/manifests/kube-apiserver.yaml';
const CERTIFICATE = 'etc/kubernetes/pki/apiserver.crt';

let host: Host;
beforeEach(() => {
  host = makeHost();
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
    host.write(`etc/kubernetes/manifests/${name}.yaml`, name);
  host.write(CERTIFICATE, 'certificate');
  host.write('etc/kubernetes/pki/apiserver.key', 'key');
  host.program(
    'kubeadm',
    `
    cat > $ROOT/input/kubeadm
    if [ -e $ROOT/broken ]; then echo 'no such argument' >&2; echo half > $ROOT/${APISERVER}; exit 1; fi
    if [ "$3" = certs ]; then echo anew > $ROOT/${CERTIFICATE}; fi`,
  );
  host.program('kubectl', 'cat $ROOT/kube-proxy 2>/dev/null || true');
});
afterEach(() => host.remove());

const yaml = (names: string[], more = '') =>
  ['apiServer:', '  certSANs:', ...names.map((name) => `    - ${name}`), 'controllerManager: {}', more, ''].join('\n');
const give = (configuration: string, { upload = false, check = false } = {}) =>
  host.run(
    'kubernetes_control_plane',
    { configuration, documents: [{ kind: 'ClusterConfiguration' }], address: '127.0.0.1', upload },
    check,
  );

describe('kubernetes_control_plane', () => {
  it('gives a configuration once', async () => {
    host.write(APPLIED, yaml(['localhost']));
    const changed = yaml(['localhost'], 'scheduler: {}');
    expect(await give(changed)).toMatchObject({ changed: true, diff: { before: yaml(['localhost']), after: changed } });
    expect(await give(changed)).toMatchObject({ changed: false });
    expect(host.calls('kubeadm')).toEqual(['init phase control-plane all --config=/dev/stdin']);
    expect(host.read('input/kubeadm')).toBe('{"kind": "ClusterConfiguration"}\n');
  });

  it('makes the certificate anew only for other names', async () => {
    host.write(APPLIED, yaml(['localhost']));
    await give(yaml(['localhost'], 'scheduler: {}'));
    expect(host.read(CERTIFICATE)).toBe('certificate');
    await give(yaml(['localhost', 'api.example.org']));
    expect(host.read(CERTIFICATE)).toBe('anew\n');
  });

  it('tells the cluster when asked to, and restarts kube-proxy only for other settings of its own', async () => {
    await give(yaml([]), { upload: true });
    expect(host.calls('kubeadm').slice(-2)).toEqual([
      'init phase upload-config kubeadm --config=/dev/stdin',
      'init phase addon kube-proxy --config=/dev/stdin',
    ]);
    expect(host.calls('kubectl').join('\n')).not.toContain('rollout');
    host.program('kubectl', 'echo $$');
    await give(yaml(['localhost']), { upload: true });
    expect(host.calls('kubectl').at(-1)).toContain('rollout restart daemonset kube-proxy');
  });

  it('puts everything back when kubeadm fails, and tries again the next time', async () => {
    host.write('broken', '');
    const failed = await give(yaml(['localhost']));
    expect(failed).toMatchObject({ failed: true });
    expect(failed.msg).toContain('no such argument');
    expect([host.read(APISERVER), host.read(CERTIFICATE), host.exists(APPLIED)]).toEqual([
      'kube-apiserver',
      'certificate',
      false,
    ]);
  });

  it('only tells in check mode', async () => {
    expect(await give(yaml([]), { check: true })).toMatchObject({ changed: true });
    expect(host.calls('kubeadm')).toEqual([]);
    expect(host.exists(APPLIED)).toBe(false);
  });
});
