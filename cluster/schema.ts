import { z } from 'zod';
import { account } from './schema/account.ts';
import { firewall, ssh } from './schema/access.ts';
import { containerd } from './schema/containerd.ts';
import { controlPlane } from './schema/control-plane.ts';
import { etcd } from './schema/etcd.ts';
import { kubernetes } from './schema/kubernetes.ts';
import { mirror } from './schema/mirror.ts';
import { network } from './schema/network.ts';
import { pool } from './schema/pool.ts';
import { terraform } from './schema/terraform.ts';
import { cloudInit, dnsLabel, image, locations, packages, remedied } from './schema/values.ts';

export const clusterSchema = z
  .strictObject({
    name: dnsLabel
      .refine((name) => name.length <= 30, {
        error: 'is longer than 30 characters',
        ...remedied('Choose a shorter name: it becomes part of every host name'),
      })
      .describe('Name of the cluster; part of every server’s name.'),
    kubernetes: kubernetes.prefault({}).describe('Kubernetes itself.'),
    locations: locations.default(['nbg1', 'fsn1', 'hel1']),
    image: image
      .default('debian-12')
      .describe(
        'Image of new servers. kubehaus is made for Debian 12 and tested with it; others of Debian’s family are untried.',
      ),
    packages: packages.default([]).describe('More Debian packages for all nodes.'),
    cloudInit: cloudInit
      .optional()
      .describe('Run by cloud-init once, at the first boot of new servers: #cloud-config, or a script.'),
    controlPlane: controlPlane.prefault({}).describe('The masters: machines that run the control plane.'),
    etcd: etcd.prefault({}).describe('etcd, which holds all that Kubernetes knows.'),
    workers: z.array(pool).default([]).describe('Worker pools.'),
    network: network.prefault({}).describe('Addresses inside of the cluster.'),
    ssh: ssh.describe('Who may log in to the nodes, and from where.'),
    firewall: firewall.prefault({}).describe('Hetzner’s firewall in front of all nodes.'),
    containerd: containerd.prefault({}).describe('The container runtime.'),
    deleteProtection: z
      .boolean()
      .default(true)
      .describe('Whether Hetzner refuses to delete or rebuild masters and etcd machines.'),
    account: account.prefault({}).describe('Your account at Hetzner.'),
    terraform: terraform.prefault({}).describe('Terraform, which makes the servers.'),
    mirror: mirror
      .prefault({})
      .describe('Places that replace the official ones, for sites without the internet.'),
  })
  .describe('A kubehaus cluster.');

/** cluster.yaml with all defaults filled in. */
export type ClusterConfig = z.output<typeof clusterSchema>;
export type WorkerPool = ClusterConfig['workers'][number];
