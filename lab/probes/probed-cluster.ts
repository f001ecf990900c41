import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { hostExists, hostFolder } from '../hosts/host-folder.ts';
import type { Lab } from '../state.ts';

/** A cluster of a lab, by its folder. */
export interface ProbedCluster {
  readonly lab: Lab;
  readonly folder: string;
}

/** A machine with a load balancer of its own: a master or a worker. */
export interface ProbedNode {
  readonly name: string;
  readonly id: number;
  readonly master: boolean;
}

interface Addresses {
  readonly all: { readonly hosts: Readonly<Record<string, { readonly node_server_id: string }>> };
}

interface Group {
  readonly hosts?: Readonly<Record<string, unknown>>;
}

/**
 * The names of all of a cluster's nodes, etcd's own among them, with a server or without one by now. Fails, with what to do, when the
 * folder is no cluster's.
 */
export async function namesOf(cluster: ProbedCluster): Promise<readonly string[]> {
  return Object.keys((await addressesOf(cluster)).all.hosts);
}

/**
 * The masters and workers that there are now, as the cluster's inventory has them. Fails, with what to do, when the folder is no
 * cluster's, or its servers are not this lab's.
 */
export async function nodesOf(cluster: ProbedCluster): Promise<readonly ProbedNode[]> {
  const { lab, folder } = cluster;
  const { all } = await addressesOf(cluster);
  const inventory = inventoryOf(cluster);
  const groups = parse(await readFile(join(inventory, 'cluster.yml'), 'utf8')) as {
    all: { children: Readonly<Record<string, Group | undefined>> };
  };
  const namesIn = (group: string): readonly string[] => Object.keys(groups.all.children[group]?.hosts ?? {});
  const masters = namesIn('kube_control_plane');
  const nodes = [...masters, ...namesIn('workers')].flatMap((name) => {
    const id = Number(all.hosts[name]?.node_server_id);
    return hostExists(lab, id) ? [{ name, id, master: masters.includes(name) }] : [];
  });
  if (nodes.length === 0) {
    throw new Error(
      `None of the servers of ${resolve(folder)} is a host of lab "${lab.name}": name the right lab with --name.`,
    );
  }
  return nodes;
}

const inventoryOf = ({ folder }: ProbedCluster): string => join(folder, 'rendered/ansible/inventory');

async function addressesOf(cluster: ProbedCluster): Promise<Addresses> {
  const addresses = join(inventoryOf(cluster), 'addresses.yml');
  if (!existsSync(addresses)) {
    throw new Error(
      `${resolve(cluster.folder)} holds no cluster that is up: ${addresses} is missing. Name the folder that "kubehaus-lab cluster" printed, after "kubehaus up".`,
    );
  }
  return parse(await readFile(addresses, 'utf8')) as Addresses;
}

/**
 * The name of each master by the serial number of its API server's certificate, in hex: kubeadm makes one a master, so the number
 * tells who answers. Masters without one are left out.
 */
export async function mastersBySerial(cluster: ProbedCluster): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  for (const { name, id, master } of await nodesOf(cluster)) {
    const file = join(hostFolder(cluster.lab, id), 'disk/root/etc/kubernetes/pki/apiserver.crt');
    if (!master || !existsSync(file)) continue;
    found.push([serialOf(new X509Certificate(await readFile(file)).serialNumber), name]);
  }
  return Object.fromEntries(found);
}

/** As Go writes a serial number: small letters, no zeros in front. */
export function serialOf(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}
