import type { Problem } from './problem.ts';
import { nodesAskedFor } from './room.ts';
import type { Before, Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';

/** What a choice of network.cni demands. */
export const podNetworkRules: readonly Rule[] = [calicoWithoutTypha];

/** "Above 100 nodes it is essential" (https://github.com/projectcalico/calico/blob/v3.32.1/manifests/calico-typha.yaml). */
const NODES_WITHOUT_TYPHA = 100;

/** Each node of Calico watches the API by itself, unless Typha stands in between, which its plain manifest does not have. */
function calicoWithoutTypha(config: ClusterConfig, source: Source, { serversMade }: Before): Problem[] {
  if (config.network.cni !== 'calico') return [];
  const nodes = nodesAskedFor(config)
    .filter(({ role }) => role !== 'etcd')
    .reduce((sum, { count }) => sum + count, 0);
  if (nodes <= NODES_WITHOUT_TYPHA) return [];
  return [
    problemAt(
      source,
      ['network', 'cni'],
      `${nodes} masters and workers are too many for Calico without Typha, which this version of kubehaus does not install`,
      `Use at most ${NODES_WITHOUT_TYPHA}${serversMade ? '' : ', or another pod network if the cluster was never brought up'}`,
    ),
  ];
}
