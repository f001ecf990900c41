import { Token, TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';
import { literal } from './terraform-text.ts';

/**
 * What cloud-init does at a server's first boot: no more than Ansible needs to come in and to stay in charge. The same bytes
 * for every node, and nothing secret: anyone on the host can read user_data.
 *
 * `user` replaces the image's default user, who is the one that cloud-init gives the keys of the project from Hetzner's metadata
 * (cloudinit/config/cc_ssh.py, cloudinit/distros/ug_util.py): keys that are known by name alone are nowhere else. More people
 * in a cloud-config of the user's own (`users`) are made beside this one.
 */
export function ownUserData(user: string): string {
  return `#cloud-config
${user === 'root' ? ROOT_LOGS_IN : logsIn(user)}# Keys only.
ssh_pwauth: false
# /etc/hosts has the addresses in the mesh: cloud-init must not write it anew at every boot.
manage_etc_hosts: false
`;
}

const ROOT_LOGS_IN = `# Ansible logs in as root; images other than Hetzner's own may forbid that.
disable_root: false
`;

const logsIn = (
  user: string,
) => `# Ansible logs in as ${user}, with the keys that Hetzner hands out; root is let in no more.
user:
  name: '${user}'
  gecos: Operators of the cluster
  shell: /bin/bash
  groups: [adm, systemd-journal]
  sudo: ['ALL=(ALL) NOPASSWD:ALL']
  lock_passwd: true
disable_root: true
`;

/** What cloud-init gets, by node (expressions): one local value for the cluster, and one for each pool that has its own. */
export function userData(scope: Construct, plan: ClusterPlan): ReadonlyMap<string, string> {
  const locals = new Map<string, TerraformLocal>();
  return new Map(
    plan.nodes.map((node) => {
      const name = localName(plan, node);
      const local =
        locals.get(name) ??
        new TerraformLocal(scope, name, literal(userDataText(plan.config.ssh.user, node.cloudInit)));
      locals.set(name, local);
      return [node.name, Token.asString(local.expression)];
    }),
  );
}

function localName(plan: ClusterPlan, node: NodePlan): string {
  return node.cloudInit === plan.config.cloudInit ? 'user_data' : `user_data_${node.pool}`;
}

/** kubehaus's part, and the user's after it: an archive of both (https://cloudinit.readthedocs.io/en/latest/explanation/format.html). */
export function userDataText(user: string, cloudInit: string | undefined): string {
  const own = ownUserData(user);
  if (cloudInit === undefined) return own;
  const parts = [
    { type: 'text/cloud-config', content: own },
    { type: cloudInit.startsWith('#!') ? 'text/x-shellscript' : 'text/cloud-config', content: cloudInit },
  ];
  return `#cloud-config-archive\n${stringify(parts, { lineWidth: 0 })}`;
}
