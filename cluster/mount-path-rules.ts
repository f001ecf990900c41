import { posix } from 'node:path';
import { minorOf } from './catalog.ts';
import type { Problem } from './problem.ts';
import { eachOf, type Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import type { ControlPlaneComponent } from './schema/component-arguments.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** Where components of the control plane may have the user's volumes: a path with two volumes makes a pod that no kubelet runs. */
export const mountPathRules: readonly Rule[] = [
  (config, source) => mountPathsOf('apiServer', config, source),
  (config, source) => mountPathsOf('controllerManager', config, source),
  (config, source) => mountPathsOf('scheduler', config, source),
];

function mountPathsOf(component: ControlPlaneComponent, config: ClusterConfig, source: Source): Problem[] {
  const { extraVolumes } = config.controlPlane[component];
  const paths = [...extraVolumes.keys()].map((index) =>
    known(() => posix.resolve(extraVolumes[index]?.mountPath as string)),
  );
  const ofKubeadm = mountsOfKubeadm(component, config);
  return eachOf(extraVolumes, (_volume, index) => {
    const path = paths[index];
    if (path === undefined) return [];
    const at = (message: string, remedy: string) => [
      problemAt(source, ['controlPlane', component, 'extraVolumes', index, 'mountPath'], message, remedy),
    ];
    if (ofKubeadm.includes(path))
      return at(`kubeadm mounts the master’s ${path} there already`, 'Choose another path for the container');
    if (paths.indexOf(path) < index)
      return at(
        `another volume is mounted at ${path} already`,
        'Give each volume of a component a path of its own',
      );
    return [];
  });
}

/** kubeadm mounts the folders of certificate authorities that a master has: these are Debian's and Ubuntu's. */
const CERTIFICATES = [
  '/etc/kubernetes/pki',
  '/etc/ssl/certs',
  '/etc/ca-certificates',
  '/usr/share/ca-certificates',
  '/usr/local/share/ca-certificates',
];

/** https://github.com/kubernetes/kubernetes/blob/v1.35.8/cmd/kubeadm/app/phases/controlplane/volumes.go */
function mountsOfKubeadm(component: ControlPlaneComponent, config: ClusterConfig): readonly string[] {
  switch (component) {
    case 'apiServer':
      return CERTIFICATES;
    case 'controllerManager':
      return [
        ...CERTIFICATES,
        '/etc/kubernetes/controller-manager.conf',
        ...(known(() => flexVolumes(config)) ?? []),
      ];
    case 'scheduler':
      return ['/etc/kubernetes/scheduler.conf'];
  }
}

/** Up to Kubernetes 1.35 (https://github.com/kubernetes/kubernetes/pull/136423). */
function flexVolumes({ kubernetes, controlPlane }: ClusterConfig): readonly string[] {
  if (minorOf(kubernetes.version) > 35) return [];
  const folder = [controlPlane.controllerManager.extraArgs['flex-volume-plugin-dir'] ?? []].flat().at(-1);
  return [folder ?? '/usr/libexec/kubernetes/kubelet-plugins/volume/exec'];
}
