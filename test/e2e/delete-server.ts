import type { LabCluster } from './lab-cluster.ts';

/** Deletes a server at Hetzner, although it is protected. */
export async function deleteServer(cluster: LabCluster, id: number): Promise<void> {
  const api = async (method: string, path: string, body: object): Promise<void> => {
    const ended = await cluster.run([
      'sh',
      '-c',
      `curl -sf -X ${method} -H "Authorization: Bearer $HCLOUD_TOKEN" -H 'Content-Type: application/json' -d '${JSON.stringify(body)}' "$HCLOUD_ENDPOINT/servers/${id}${path}"`,
    ]);
    if (ended.exitCode !== 0) throw new Error(`${method} servers/${id}${path}: ${ended.all}`);
  };
  await api('POST', '/actions/change_protection', { delete: false, rebuild: false });
  await api('DELETE', '', {});
}
