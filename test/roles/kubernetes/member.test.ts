import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCa } from '../master_lb/certificates.ts';
import { makeHost, type Host } from './host.ts';

const TOKEN = 'abcdef.0123456789abcdef';
const MARKER = 'var/lib/kubelet/kubehaus-joined';

let ca: string;
let otherCa: string;
let host: Host;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  ca = readFileSync((await makeCa(folder, 'ca')).certificate, 'utf8');
  otherCa = readFileSync((await makeCa(folder, 'other')).certificate, 'utf8');
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  host = makeHost();
  host.write('ca-of-the-cluster', ca);
  // As much of kubeadm as the module can tell: takes its configuration from its input, leaves a worker's files.
  host.program(
    'kubeadm',
    `
    if [ "$1" = reset ]; then rm -f $ROOT/etc/kubernetes/*.conf $ROOT/${MARKER}; exit; fi
    cat > $ROOT/input/kubeadm; cp $ROOT/run/kubehaus-discovery.conf $ROOT/input/ 2>/dev/null
    [ ! -e $ROOT/slow ] || sleep 2
    if [ -e $ROOT/broken ]; then echo "the token ${TOKEN} is refused" >&2; exit 1; fi
    mkdir -p $ROOT/etc/kubernetes/pki
    cp $ROOT/ca-of-the-cluster $ROOT/etc/kubernetes/pki/ca.crt; echo conf > $ROOT/etc/kubernetes/kubelet.conf`,
  );
});
afterEach(() => host.remove());

const joinAsWorker = () =>
  host.run('kubernetes_member', {
    configuration: [{ kind: 'JoinConfiguration', nodeRegistration: { name: 'w1' } }],
    token: TOKEN,
    certificate: ca,
  });
const documents = () =>
  host
    .read('input/kubeadm')
    .split('\n---\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);

describe('kubernetes_member', () => {
  it('joins once', async () => {
    expect(await joinAsWorker()).toMatchObject({ changed: true });
    expect(await joinAsWorker()).toMatchObject({ changed: false });
    expect(host.calls('kubeadm')).toEqual(['join --config=/dev/stdin']);
  });

  it('gives kubeadm the token and the cluster’s CA, the token in no argument and in no file', async () => {
    await joinAsWorker();
    const discoveryFile = host.path('run/kubehaus-discovery.conf');
    expect(documents()).toEqual([
      {
        kind: 'JoinConfiguration',
        nodeRegistration: { name: 'w1' },
        discovery: { file: { kubeConfigPath: discoveryFile }, tlsBootstrapToken: TOKEN },
      },
    ]);
    const discovery = host.read('input/kubehaus-discovery.conf');
    expect(discovery).toContain(Buffer.from(ca).toString('base64'));
    expect(discovery).toContain('https://127.0.0.1:16443');
    expect(discovery).not.toContain(TOKEN);
    expect(host.calls('kubeadm').join()).not.toContain(TOKEN);
    expect(host.exists('run/kubehaus-discovery.conf')).toBe(false);
  });

  it('joins a worker anew whose control plane was lost and made anew', async () => {
    host.write('ca-of-the-cluster', otherCa);
    await joinAsWorker();
    host.write('etc/kubernetes/pki/ca.crt', otherCa);
    const { authority } = await host.run('kubernetes_state', { control_plane: false, address: '', etcd_endpoints: [] });
    host.write(MARKER, authority as string);
    host.write('ca-of-the-cluster', ca);
    expect(await joinAsWorker()).toMatchObject({ changed: true });
    expect(host.calls('kubeadm').map((call) => call.split(' ')[0])).toEqual(['join', 'reset', 'join']);
    expect(host.read('etc/kubernetes/pki/ca.crt')).toBe(ca);
  });

  it('tells why kubeadm failed, without the token, and tries again the next time', async () => {
    host.write('broken', '');
    const failed = await joinAsWorker();
    expect(failed).toMatchObject({ failed: true, msg: 'kubeadm join failed:\nthe token ****** is refused' });
    expect(JSON.stringify({ ...failed, invocation: undefined })).not.toContain(TOKEN);
    rmSync(host.path('broken'));
    expect(await joinAsWorker()).toMatchObject({ changed: true });
  });

  it('goes on over what an interruption left, and drops its token', async () => {
    host.write('etc/kubernetes/pki/ca.crt', ca);
    host.write('etc/kubernetes/bootstrap-kubelet.conf', 'token of before');
    expect(await joinAsWorker()).toMatchObject({ changed: true });
    const [call, ...others] = host.calls('kubeadm');
    expect(others).toEqual([]);
    expect(call).toContain('FileAvailable-');
    expect(call).toContain('Port-10250');
    expect(host.exists('etc/kubernetes/bootstrap-kubelet.conf')).toBe(false);
  });

  it('frees a host of another cluster’s CA before it joins, and leaves etcd’s certificates alone', async () => {
    host.write('etc/kubernetes/pki/ca.crt', otherCa);
    host.write('etc/kubernetes/pki/apiserver-etcd-client.crt', 'etcd');
    host.write('etc/kubernetes/kubelet.conf', 'of another cluster');
    expect(await joinAsWorker()).toMatchObject({ changed: true });
    expect(host.calls('kubeadm')[0]).toMatch(/^reset --force .*--cert-dir=\/tmp\//);
    expect(host.calls('kubeadm')[1]).toBe('join --config=/dev/stdin');
    expect(host.read('etc/kubernetes/pki/ca.crt')).toBe(ca);
    expect(host.read('etc/kubernetes/pki/apiserver-etcd-client.crt')).toBe('etcd');
  });

  it('waits for the kubeadm of a run that was cut off, and then finds nothing to do', async () => {
    host.write('slow', '');
    const cutOff = joinAsWorker();
    await expect.poll(() => host.calls('kubeadm').length, { timeout: 10_000 }).toBe(1);
    expect(await joinAsWorker()).toMatchObject({ changed: false });
    expect(await cutOff).toMatchObject({ changed: true });
    expect(host.calls('kubeadm')).toHaveLength(1);
  });

  it('initialises with all documents, and hands patches over as files', async () => {
    host.program(
      'kubeadm',
      `cat > $ROOT/input/kubeadm; cat $(sed -n 's/.*"directory": "\\([^"]*\\)".*/\\1/p' $ROOT/input/kubeadm)/* > $ROOT/input/patch
       mkdir -p $ROOT/etc/kubernetes/pki
       cp $ROOT/ca-of-the-cluster $ROOT/etc/kubernetes/pki/ca.crt; echo conf > $ROOT/etc/kubernetes/kubelet.conf`,
    );
    const result = await host.run('kubernetes_member', {
      configuration: [{ kind: 'ClusterConfiguration' }, { kind: 'InitConfiguration' }],
      patches: { 'corednsdeployment.yaml': 'spec: {}' },
    });
    expect(result).toMatchObject({ changed: true });
    expect(documents().map(({ kind }) => kind)).toEqual(['ClusterConfiguration', 'InitConfiguration']);
    expect(host.read('input/patch')).toBe('spec: {}');
  });

  it('counts a host as joined only with the CA that it joined with', async () => {
    await joinAsWorker();
    const state = () => host.run('kubernetes_state', { control_plane: false, address: '127.0.0.1', etcd_endpoints: [] });
    expect(await state()).toMatchObject({ joined: true, shared_keys: false, ready: false, etcd: '' });
    host.write('etc/kubernetes/pki/ca.crt', otherCa);
    expect(await state()).toMatchObject({ joined: false });
  });
});

describe('kubernetes_state', () => {
  const state = () =>
    host.run('kubernetes_state', { control_plane: true, address: '127.0.0.1', etcd_endpoints: ['https://e1:2379', 'https://e2:2379'] });

  it.each([
    ['/registry/pods', 0, 'data'],
    ['', 0, 'empty'],
    ['context deadline exceeded', 1, 'etcdctl: context deadline exceeded'],
  ])('tells what etcd holds: %o', async (output, code, etcd) => {
    host.program('etcdctl', `printf '%s' '${output}'; exit ${code}`);
    expect(await state()).toMatchObject({ joined: false, authority: '', etcd });
    expect(host.calls('etcdctl')[0]).toContain('--endpoints=https://e1:2379,https://e2:2379 ');
  });

  it('waits for a kubeadm that is still at work', async () => {
    host.program('etcdctl', '');
    const lock = execa('flock', [host.path('run/kubehaus-kubeadm.lock'), 'sleep', '2']);
    await sleep(300);
    const since = Date.now();
    await state();
    expect(Date.now() - since).toBeGreaterThan(1000);
    await lock;
  });
});

describe('kubernetes_shared_keys', () => {
  const NAMES = ['ca.crt', 'ca.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'sa.key', 'sa.pub'];
  const pki = (name: string) => `etc/kubernetes/pki/${name}`;
  const args = { kubernetes_version: '1.35.8', validity: '262800h' };
  beforeEach(() => {
    // kubeadm init phase certs <what>: makes a pair in certificatesDir.
    host.program(
      'kubeadm',
      `
      if [ "$1" = reset ]; then rm -f $ROOT/etc/kubernetes/*.conf; exit; fi
      cat > $ROOT/input/kubeadm; dir=$(sed -n 's/.*"certificatesDir": "\\([^"]*\\)".*/\\1/p' $ROOT/input/kubeadm)
      [ "$4" = sa ] && second=pub || second=crt
      echo "key $4" > $dir/$4.key; echo "$second $4" > $dir/$4.$second
      [ "$4" != ca ] || cp $ROOT/ca-of-the-cluster $dir/ca.crt`,
    );
  });

  it('makes keys where that is allowed, once, and gives them', async () => {
    expect(await host.run('kubernetes_shared_keys', args)).toMatchObject({ failed: true });
    const made = await host.run('kubernetes_shared_keys', { ...args, create: true });
    expect(made).toMatchObject({ changed: true });
    expect(Object.keys(made['contents'] as object).sort()).toEqual(NAMES);
    const { mode } = statSync(host.path(pki('ca.key')));
    expect(mode & 0o777).toBe(0o600);
    expect(await host.run('kubernetes_shared_keys', { ...args, create: true })).toMatchObject({
      changed: false,
      contents: made['contents'],
    });
    expect(host.calls('kubeadm')).toHaveLength(3);
    expect(host.read('input/kubeadm')).toContain('"caCertificateValidityPeriod": "262800h"');
  });

  it('writes another master’s keys, also over a half copied set', async () => {
    const { contents } = await host.run('kubernetes_shared_keys', { ...args, create: true });
    for (const name of NAMES.slice(0, 3)) rmSync(host.path(pki(name)));
    expect(await host.run('kubernetes_shared_keys', { ...args, contents })).toMatchObject({ changed: true });
    expect(await host.run('kubernetes_shared_keys', { ...args, contents })).toMatchObject({ changed: false });
    expect(host.read(pki('ca.crt'))).toBe(ca);
  });

  it('frees a master that has begun with another CA of what that one has signed', async () => {
    const { contents } = await host.run('kubernetes_shared_keys', { ...args, create: true });
    host.write(pki('ca.crt'), otherCa);
    host.write(pki('apiserver.crt'), 'signed by the other');
    host.write(pki('apiserver-etcd-client.crt'), 'etcd');
    await host.run('kubernetes_shared_keys', { ...args, contents });
    expect(host.calls('kubeadm').at(-1)).toMatch(/^reset /);
    expect(host.exists(pki('apiserver.crt'))).toBe(false);
    expect(host.exists(pki('apiserver-etcd-client.crt'))).toBe(true);
    expect(host.read(pki('ca.crt'))).toBe(ca);
  });

  it('never touches a master that works with another CA', async () => {
    const { contents } = await host.run('kubernetes_shared_keys', { ...args, create: true });
    host.write(pki('ca.crt'), otherCa);
    host.write('etc/kubernetes/kubelet.conf', 'conf');
    const { authority } = await host.run('kubernetes_state', { control_plane: false, address: '', etcd_endpoints: [] });
    host.write(MARKER, authority as string);
    expect(await host.run('kubernetes_shared_keys', { ...args, contents })).toMatchObject({
      failed: true,
      msg: 'this master belongs to a cluster with another CA',
    });
    expect(host.read(pki('ca.crt'))).toBe(otherCa);
    expect(host.calls('kubeadm').join()).not.toContain('reset');
  });
});
