/** Ports that `kubehaus tunnel` uses: below the ephemeral range of Linux (32768) and without registered services in wide use. */
const FIRST = 21_000;
const PORTS = 1_000;

/**
 * The local port of a cluster's tunnel. It follows from the cluster's name, so that the kubeconfig and the tunnel agree
 * on it without a file, and several clusters can be open at once.
 */
export function socksPort(cluster: string): number {
  // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): short and the same everywhere.
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(cluster)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return FIRST + (hash % PORTS);
}
