import { stringify } from 'smol-toml';
import type { View } from './view.ts';

/**
 * containerd's hosts.toml of every upstream that the mirror stands for: path below certs.d → text
 * (https://github.com/containerd/containerd/blob/v2.3.4/docs/hosts.md). The upstream itself is never asked.
 */
export function registryMirrors({ config }: View): [path: string, text: string][] {
  const { registry } = config.mirror;
  if (registry === undefined) return [];
  return registry.upstreams.map((upstream) => {
    const url = `${registry.url.replace(/\/$/, '')}/v2/${upstream}`;
    const host = { capabilities: ['pull', 'resolve'], override_path: true };
    return [`${upstream}/hosts.toml`, stringify({ server: url, host: { [url]: host } }) + '\n'];
  });
}
