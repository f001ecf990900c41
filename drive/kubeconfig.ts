import { isMap, isSeq, parse, parseDocument, stringify, type Document, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import type { Host } from './inventory.ts';

/** What kubeadm's admin.conf holds. */
export interface AdminCredentials {
  readonly certificateAuthorityData: string;
  readonly clientCertificateData: string;
  readonly clientKeyData: string;
}

export interface KubeconfigEntries {
  readonly cluster: string;
  readonly masters: readonly Host[];
  readonly credentials: AdminCredentials;
  /** Local SOCKS proxy of `kubehaus tunnel`; without it the API is asked directly, from inside the mesh. */
  readonly proxyPort?: number | undefined;
  /** Name of the context that is made the current one. */
  readonly currentContext: string;
}

/** Where every node has its own load balancer in front of all masters (roles/master_lb); API servers' certificates hold for it. */
const LOAD_BALANCER = 'https://127.0.0.1:16443';

/**
 * The context that needs no particular master: through the tunnel it asks the load balancer of the node that the tunnel leads to, whose
 * 127.0.0.1 is meant, since the proxy's end connects.
 */
export function anyMaster(cluster: string): string {
  return `${cluster}-any-master`;
}

/** The names of all contexts through the tunnel, that for any master first. */
export function contextsThroughTunnel(cluster: string, masters: readonly Host[]): readonly string[] {
  return [anyMaster(cluster), ...masters.map(({ node }) => node.name)];
}

const adminSchema = z.object({
  clusters: z.array(z.object({ cluster: z.object({ 'certificate-authority-data': z.string() }) })).min(1),
  users: z
    .array(
      z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
    )
    .min(1),
});

/** Takes the credentials out of kubeadm's admin.conf. */
export function readAdminConf(text: string): AdminCredentials {
  const { clusters, users } = adminSchema.parse(parse(text));
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error('admin.conf has no cluster or no user');
  return {
    certificateAuthorityData: cluster['certificate-authority-data'],
    clientCertificateData: user['client-certificate-data'],
    clientKeyData: user['client-key-data'],
  };
}

interface Named {
  readonly name: string;
}

/**
 * Lays a cluster's entries into a kubeconfig: one context for each master, one user for all of them, and through the tunnel one for
 * {@link anyMaster}. What the file holds of other clusters stays as it is, comments included; contexts of this cluster's former masters go.
 */
export function mergeKubeconfig(existing: string | undefined, entries: KubeconfigEntries): string {
  const { cluster, masters, credentials, proxyPort } = entries;
  const user = `${cluster}-admin`;
  const servers = [
    ...(proxyPort === undefined ? [] : [{ name: anyMaster(cluster), server: LOAD_BALANCER }]),
    ...masters.map(({ node }) => ({ name: node.name, server: `https://${node.address}:6443` })),
  ];
  const clusters = servers.map(({ name, server }) => ({
    name,
    cluster: {
      server,
      ...(proxyPort === undefined ? {} : { 'proxy-url': `socks5://127.0.0.1:${proxyPort}` }),
      'certificate-authority-data': credentials.certificateAuthorityData,
    },
  }));
  const contexts = servers.map(({ name }) => ({ name, context: { cluster: name, user } }));
  const users = [
    {
      name: user,
      user: {
        'client-certificate-data': credentials.clientCertificateData,
        'client-key-data': credentials.clientKeyData,
      },
    },
  ];

  const document = parseDocument(existing?.trim() ? existing : 'apiVersion: v1\nkind: Config\n');
  if (document.errors[0]) throw document.errors[0];
  const former = namesOfFormerContexts(document, user);
  put(document, 'clusters', clusters, former);
  put(document, 'contexts', contexts, former);
  put(document, 'users', users, new Set());
  document.set('current-context', entries.currentContext);
  return stringify(document, { lineWidth: 0 });
}

/** Whether a kubeconfig has a context of one of the names; one that can't be read has none. */
export function hasContext(text: string | undefined, names: readonly string[]): boolean {
  const document = parseDocument(text ?? '');
  const contexts = document.errors.length > 0 ? undefined : document.get('contexts');
  return (
    isSeq(contexts) && contexts.items.some((item) => isMap(item) && names.includes(String(item.get('name'))))
  );
}

/** The current context of a kubeconfig; undefined without one, or when it can't be read. */
export function currentContext(text: string | undefined): string | undefined {
  const document = parseDocument(text ?? '');
  const name: unknown = document.errors.length > 0 ? undefined : document.get('current-context');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function namesOfFormerContexts(document: Document, user: string): ReadonlySet<string> {
  const contexts = (document.toJS() as { contexts?: (Named & { context?: { user?: string } })[] | null })
    .contexts;
  return new Set((contexts ?? []).filter(({ context }) => context?.user === user).map(({ name }) => name));
}

/** Replaces entries of the same names, adds new ones at the end, and takes `former` ones out that are not among them. */
function put(document: Document, key: string, entries: readonly Named[], former: ReadonlySet<string>): void {
  const present = document.get(key);
  const list = isSeq(present) ? present : (document.createNode([]) as YAMLSeq);
  // An empty list is written as `[]`; with entries it must be a block again.
  list.flow = false;
  const nameOf = (item: unknown) => (isMap(item) ? item.get('name') : undefined);
  for (const entry of entries) {
    const node = document.createNode(entry);
    const index = list.items.findIndex((item) => nameOf(item) === entry.name);
    if (index === -1) list.items.push(node);
    else list.items[index] = node;
  }
  const wanted = new Set(entries.map(({ name }) => name));
  list.items = list.items.filter((item) => {
    const name = String(nameOf(item));
    return wanted.has(name) || !former.has(name);
  });
  document.set(key, list);
}
