import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCa } from '../master_lb/certificates.ts';
import { makeHost, type Host } from './host.ts';

// The module with a kubeadm and a kubelet that leave the files which the real ones leave; the lab has the real ones.
const APPLIED = 'var/lib/kubelet/kubehaus-kubeadm.yaml';
const APISERVER = 'etc/kubernetes/manifests/kube-apiserver.yaml';
const CERTIFICATE = 'etc/kubernetes/pki/apiserver.crt';

let ca: string;
let server: Server;
let host: Host;
/** What the control plane answers when it is asked for its health. */
let status = 200;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  const authority = await makeCa(folder, 'ca');
  ca = readFileSync(authority.certificate, 'utf8');
  server = createServer(await authority.issue('127.0.0.1'), (_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rmSync(folder, { recursive: true });
});
afterAll(() => server.close());

beforeEach(() => {
  status = 200;
  host = makeHost();
  const { port } = server.address() as { port: number };
  const module = 'role/library/kubernetes_control_plane.py';
  const here = `
PATIENCE = 3
PATIENCE_BACK = 0
TAKEN_BACK = 0
PORTS = dict.fromkeys(PORTS, ${port})
`;
  host.write(module, host.read(module).replace('\ndef manifest(', `${here}\n\ndef manifest(`));
  host.write('etc/kubernetes/pki/ca.crt', ca);
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
    host.write(`etc/kubernetes/manifests/${name}.yaml`, name);
  host.write(CERTIFICATE, 'certificate');
  host.write('etc/kubernetes/pki/apiserver.key', 'key');
  host.program(
    'kubeadm',
    `
    logs=$ROOT/var/log/pods/kube-system_kube-apiserver-${hostname()}_hash/kube-apiserver
    cat > $ROOT/input/kubeadm
    if [ -e $ROOT/broken ]; then echo 'no such argument' >&2; echo half > $ROOT/${APISERVER}; exit 1; fi
    if [ "$3" = upload-config ] && [ -e $ROOT/no-upload ]; then exit 1; fi
    if [ "$3" = certs ]; then [ -e $ROOT/${CERTIFICATE} ] || echo anew > $ROOT/${CERTIFICATE}; fi
    if [ "$3" = control-plane ] && [ -e $ROOT/manifest ]; then
      cp $ROOT/manifest $ROOT/${APISERVER}; mkdir -p $logs; cp $ROOT/log $logs/0.log; touch $logs/0.log
    fi`,
  );
  host.program('kubectl', '');
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
    expect(host.calls('kubeadm')).toEqual([
      'init phase certs apiserver --config=/dev/stdin',
      'init phase control-plane all --config=/dev/stdin',
    ]);
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
    host.write(APPLIED, `${yaml([])}---\nmode: nftables\n`);
    await give(`${yaml(['localhost'])}---\nmode: nftables\n`, { upload: true });
    expect(host.calls('kubeadm').slice(-2)).toEqual([
      'init phase upload-config kubeadm --config=/dev/stdin',
      'init phase addon kube-proxy --config=/dev/stdin',
    ]);
    expect(host.calls('kubectl')).toEqual([]);
    await give(`${yaml(['localhost'])}---\nmode: iptables\n`, { upload: true });
    expect(host.calls('kubectl').at(-1)).toContain('rollout restart daemonset kube-proxy');
  });

  it('waits for what it changed', async () => {
    host.write('manifest', 'kube-apiserver --v=3');
    host.write('log', 'time stderr F starting\n');
    expect(await give(yaml([]))).toMatchObject({ changed: true });
    expect(host.read(APISERVER)).toBe('kube-apiserver --v=3');
  });

  it('puts the files back, tells the log’s end and remembers nothing when that does not answer', async () => {
    host.write('manifest', 'kube-apiserver --no-such-flag');
    host.write('log', '2026-01-01T00:00:00Z stderr F Error: unknown flag: --no-such-flag\n');
    status = 500;
    const failed = await give(yaml(['localhost']), { upload: true });
    expect(failed).toMatchObject({ failed: true });
    expect(failed.msg).toBe(
      'kube-apiserver did not answer within 3 s with its new settings; those before were put back.\nError: unknown flag: --no-such-flag',
    );
    expect([host.read(APISERVER), host.read(CERTIFICATE)]).toEqual(['kube-apiserver', 'certificate']);
    expect(host.exists(APPLIED)).toBe(false);
    expect(host.calls('kubeadm').join('\n')).not.toContain('upload-config');
  });

  it('puts back what worked before a run that was cut off, whatever that has left', async () => {
    host.write('etc/kubernetes/kubehaus-before-change' + host.path(APISERVER), 'kube-apiserver that worked');
    host.write(APISERVER, 'kube-apiserver --half-done');
    status = 500;
    expect(await give(yaml(['localhost']))).toMatchObject({ failed: true });
    expect(host.read(APISERVER)).toBe('kube-apiserver that worked');
    expect(host.exists('etc/kubernetes/kubehaus-before-change')).toBe(false);
  });

  it('carries a reverted configuration out after a change that was cut off', async () => {
    host.write(APPLIED, yaml(['localhost']));
    host.write('etc/kubernetes/kubehaus-before-change' + host.path(APISERVER), 'kube-apiserver');
    const { applied } = await host.run('kubernetes_state', { control_plane: false, address: '', etcd_endpoints: [] });
    expect(applied).toBe('');
    expect(await give(yaml(['localhost']))).toMatchObject({ changed: true });
    expect(host.calls('kubeadm')).toContain('init phase control-plane all --config=/dev/stdin');
    expect(host.exists('etc/kubernetes/kubehaus-before-change')).toBe(false);
  });

  it('remembers nothing when the cluster could not be told, so that the next run does', async () => {
    host.write(APPLIED, yaml([]));
    host.write('no-upload', '');
    expect(await give(yaml(['localhost']), { upload: true })).toMatchObject({ failed: true });
    expect(host.exists(APPLIED)).toBe(false);
    expect(await give(yaml([]), { upload: true })).toMatchObject({ failed: true });
  });

  it('tells a log that is no UTF-8', async () => {
    host.write('manifest', 'kube-apiserver --no-such-flag');
    writeFileSync(host.path('log'), Buffer.from([0x74, 0x20, 0x73, 0x20, 0x46, 0x20, 0xff, 0x0a]));
    status = 500;
    expect((await give(yaml([]))).msg).toContain('did not answer');
    expect(host.read(APISERVER)).toBe('kube-apiserver');
  });

  it('does not go on after a run that was cut off before a broken API server was noticed', async () => {
    status = 500;
    expect(await give(yaml(['localhost']))).toMatchObject({ failed: true });
    expect(host.exists(APPLIED)).toBe(false);
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
