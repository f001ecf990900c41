import { Token, TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { ClusterPlan, NodePlan } from '../cluster/plan.ts';
import { literal } from './terraform-text.ts';

/**
 * What cloud-init does at a server's first boot: no more than Ansible needs to come in and to stay in charge. The same bytes
 * for every node, and nothing secret: anyone on the host can read user_data.
 */
export const USER_DATA = `#cloud-config
# Ansible logs in as root; images other than Hetzner's own may forbid that.
disable_root: false
# Keys only.
ssh_pwauth: false
# /etc/hosts has the addresses in the mesh: cloud-init must not write it anew at every boot.
manage_etc_hosts: false
`;

/** What cloud-init gets, by node (expressions): one local value for the cluster, and one for each pool that has its own. */
export function userData(scope: Construct, plan: ClusterPlan): ReadonlyMap<string, string> {
  const locals = new Map<string, TerraformLocal>();
  return new Map(
    plan.nodes.map((node) => {
      const name = localName(plan, node);
      const local =
        locals.get(name) ?? new TerraformLocal(scope, name, literal(userDataText(node.cloudInit)));
      locals.set(name, local);
      return [node.name, Token.asString(local.expression)];
    }),
  );
}

function localName(plan: ClusterPlan, node: NodePlan): string {
  return node.cloudInit === plan.config.cloudInit ? 'user_data' : `user_data_${node.pool}`;
}

/** kubehaus's part, and the user's after it: an archive of both (https://cloudinit.readthedocs.io/en/latest/explanation/format.html). */
export function userDataText(cloudInit: string | undefined): string {
  if (cloudInit === undefined) return USER_DATA;
  const parts = [
    { type: 'text/cloud-config', content: USER_DATA },
    { type: cloudInit.startsWith('#!') ? 'text/x-shellscript' : 'text/cloud-config', content: cloudInit },
  ];
  return `#cloud-config-archive\n${stringify(parts, { lineWidth: 0 })}`;
}
