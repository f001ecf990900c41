import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { PUBLIC_KEY } from './configurations.ts';

/** Paths of refused volumes of the controller manager. */
function refused(version: string, extraArgs: object, mountPaths: readonly string[]): string[] {
  const extraVolumes = mountPaths.map((mountPath, index) => ({
    name: `v${index}`,
    hostPath: '/srv',
    mountPath,
  }));
  const clusterYaml = JSON.stringify({
    name: 'prod',
    kubernetes: { version },
    controlPlane: { controllerManager: { extraArgs, extraVolumes } },
    ssh: { publicKeys: [PUBLIC_KEY] },
  });
  const result = loadCluster({ clusterYaml, lockYaml: undefined });
  return result.ok ? [] : result.problems.map(({ path }) => path);
}

describe('a volume of the controller manager', () => {
  const usual = '/usr/libexec/kubernetes/kubelet-plugins/volume/exec';
  const first = 'controlPlane.controllerManager.extraVolumes[0].mountPath';

  it('may not be where kubeadm mounts FlexVolume’s plugins, which an argument moves', () => {
    expect(refused('1.35.8', {}, [usual, '/srv/flex'])).toEqual([first]);
    expect(refused('1.35.8', { 'flex-volume-plugin-dir': '/srv/flex' }, ['/srv/flex', usual])).toEqual([
      first,
    ]);
  });

  it('may be there from Kubernetes 1.36 on, whose kubeadm mounts none', () => {
    expect(refused('1.36.4', {}, [usual])).toEqual([]);
  });

  it('is refused for its own path also where the version is wrong', () => {
    expect(refused('1.2.3', {}, ['/etc/ssl/certs', usual])).toEqual(['kubernetes.version', first]);
  });
});
