import { z } from 'zod';
import { chosenIn, fixed, settingsBut } from './pass-through.ts';

const RUNTIME = ['plugins', 'io.containerd.cri.v1.runtime'];
const IMAGES = ['plugins', 'io.containerd.cri.v1.images'];
const RUNC = [...RUNTIME, 'containerd', 'runtimes', 'runc'];

/** Where config.toml says which driver of cgroups containerd has; the kubelet must have the same (cgroup-rules.ts). */
export const SYSTEMD_CGROUP = [...RUNC, 'options', 'SystemdCgroup'];

const config = settingsBut([
  [['version'], fixed('it is the form of the file')],
  [['grpc', 'address'], fixed('the kubelet and kubeadm look for containerd there')],
  [[...IMAGES, 'pinned_images', 'sandbox'], fixed('it is the image that kubeadm asks for')],
  [[...IMAGES, 'registry', 'config_path'], chosenIn('mirror.registry')],
  [[...RUNC, 'runtime_type'], fixed('runc is what is installed')],
  [[...RUNC, 'options', 'BinaryName'], fixed('runc is where it is installed')],
  [[...RUNTIME, 'cni', 'bin_dirs'], chosenIn('network.cni')],
  [[...RUNTIME, 'cni', 'conf_dir'], chosenIn('network.cni')],
]);

export const containerd = z.strictObject({
  config: config.describe('More settings of containerd’s config.toml, merged in depth.'),
});
