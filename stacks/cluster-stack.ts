import { TerraformStack, type TerraformElement } from 'cdktf';
import { HcloudProvider } from '@cdktf/provider-hcloud/lib/provider';
import type { Construct, Node } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { backendBlock, requiredTerraform } from './backend.ts';
import { clusterFirewall } from './firewall.ts';
import { nodesOutput } from './outputs.ts';
import { placementGroups } from './placement-groups.ts';
import { privateNetwork } from './private-network.ts';
import { servers } from './servers.ts';
import { sshKeys } from './ssh-keys.ts';
import { terraformName } from './terraform-text.ts';
import { userData } from './user-data.ts';

export interface ClusterStackProps {
  readonly plan: ClusterPlan;
  /** Path of a local state file; a relative one counts from the folder in which terraform runs. */
  readonly statePath: string;
}

/**
 * Everything that a cluster has at Hetzner. No token is in it: the provider takes HCLOUD_TOKEN and HCLOUD_ENDPOINT from the
 * environment.
 */
export class ClusterStack extends TerraformStack {
  constructor(scope: Construct | undefined, { plan, statePath }: ClusterStackProps) {
    // constructs' own App passes undefined, too, for a construct without a parent; its types do not say that it may.
    super(scope as Construct, plan.name);

    const { backend } = plan.config.terraform;
    this.addOverride('terraform.backend', backendBlock(backend, statePath));
    new HcloudProvider(this, 'hcloud');
    this.addOverride('terraform.required_version', requiredTerraform(backend));
    // Without a host name, Terraform and OpenTofu each look in their own registry.
    this.addOverride('terraform.required_providers.hcloud.source', 'hetznercloud/hcloud');

    const created = servers(this, plan, {
      firewallId: clusterFirewall(this, plan),
      placementGroupIds: placementGroups(this, plan),
      sshKeys: sshKeys(this, plan),
      userData: userData(this, plan),
    });
    privateNetwork(this, plan, created);
    nodesOutput(this, created);
  }

  /** Resources carry the names of what they are; CDKTF's own names have a hash of the path, which Terraform does not need. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return terraformName('node' in element ? element.node.id : element.id);
  }
}
