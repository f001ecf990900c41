import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHost, type Host } from './host.ts';

let host: Host;
beforeEach(() => {
  host = makeHost();
  const images = ['kube-apiserver:v1.35.8', 'kube-proxy:v1.35.8', 'coredns/coredns:v1.13.1', 'pause:3.10.1', 'etcd:3.6.6-0'];
  host.program('kubeadm', `printf 'registry.k8s.io/%s\\n' ${images.join(' ')}`);
  host.program('ctr', 'echo registry.k8s.io/pause:3.10.1; echo sha256:0123');
  host.program('systemctl', `[ -e $ROOT/active-$3 ]`);
  host.program('systemd-run', '');
});
afterEach(() => host.remove());

const run = (only?: string[]) => host.run('kubernetes_images', { kubernetes_version: '1.35.8', ...(only && { only }) });

describe('kubernetes_images', () => {
  it('begins to pull what is missing, but not etcd', async () => {
    expect(await run()).toMatchObject({
      changed: true,
      pulling: ['kube-apiserver:v1.35.8', 'kube-proxy:v1.35.8', 'coredns/coredns:v1.13.1'].map((name) => `registry.k8s.io/${name}`),
    });
    expect(host.calls('systemd-run')).toHaveLength(3);
    expect(host.calls('systemd-run')[0]).toContain('--no-block');
  });

  it('pulls through the mirrors where there are any', async () => {
    await run(['kube-proxy']);
    host.write('etc/containerd/certs.d/registry.k8s.io/hosts.toml', '');
    await run(['kube-proxy']);
    const [without, withMirrors] = host.calls('systemd-run');
    expect(without).not.toContain('--hosts-dir');
    expect(withMirrors).toContain(`--hosts-dir=${host.path('etc/containerd/certs.d')} registry.k8s.io/kube-proxy:v1.35.8`);
  });

  it('leaves a pull alone that is under way', async () => {
    host.write('active-kubernetes-image-kube-proxy', '');
    expect(await run(['kube-proxy', 'pause'])).toMatchObject({ changed: false, pulling: [] });
  });

  it('does nothing on a host that has joined', async () => {
    const member = { kubernetes_version: '1.35.8' };
    host.write('etc/kubernetes/kubelet.conf', 'conf');
    host.write('etc/kubernetes/pki/ca.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const { authority } = await host.run('kubernetes_state', { control_plane: false, address: '', etcd_endpoints: [] });
    host.write('var/lib/kubelet/kubehaus-joined', authority as string);
    expect(await host.run('kubernetes_images', member)).toMatchObject({ changed: false, pulling: [] });
    expect(host.calls('ctr')).toEqual([]);
  });
});
