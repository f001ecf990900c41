import type { Problem } from './problem.ts';
import type { Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { SYSTEMD_CGROUP } from './schema/containerd.ts';
import { settingAt } from './schema/pass-through.ts';
import { problemAt, type Source } from './source.ts';

/** The kubelet and containerd must have one driver (https://kubernetes.io/docs/setup/production-environment/container-runtimes/#cgroup-drivers). */
export const cgroupRules: readonly Rule[] = [oneCgroupDriver];

function oneCgroupDriver({ kubernetes, containerd }: ClusterConfig, source: Source): Problem[] {
  const ofKubelet = settingAt(kubernetes.kubelet, ['cgroupDriver']);
  const ofContainerd =
    (settingAt(containerd.config, SYSTEMD_CGROUP) ?? true) === true ? 'systemd' : 'cgroupfs';
  if ((ofKubelet ?? 'systemd') === ofContainerd) return [];
  return [
    problemAt(
      source,
      ofKubelet === undefined
        ? ['containerd', 'config', ...SYSTEMD_CGROUP]
        : ['kubernetes', 'kubelet', 'cgroupDriver'],
      'the kubelet and containerd would have different cgroup drivers, and pods would not start',
      'Leave out cgroupDriver and SystemdCgroup, for systemd; or set cgroupDriver: cgroupfs together with SystemdCgroup: false',
    ),
  ];
}
