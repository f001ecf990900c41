import { API_PORT } from './addresses.ts';
import type { Problem } from './problem.ts';
import { eachOf, type Rule } from './rule.ts';
import type { ClusterConfig } from './schema.ts';
import { problemAt, type Source } from './source.ts';
import { known } from './unreadable.ts';

/** What the user's own rules of Hetzner's firewall may be. */
export const firewallRules: readonly Rule[] = [portsByProtocol, portsOfOthers];

function portsByProtocol(config: ClusterConfig, source: Source): Problem[] {
  return eachFirewallRule(config, ({ protocol, port }, index) => {
    const needed = protocol === 'tcp' || protocol === 'udp';
    if (needed === (port !== undefined)) return [];
    return [
      problemAt(
        source,
        ['firewall', 'rules', index, 'port'],
        needed ? `a rule for ${protocol} needs a port` : `${protocol} has no ports`,
        needed ? 'Add port: 443, say, or port: 30000-32767' : 'Remove port',
      ),
    ];
  });
}

/** A rule for a port that kubehaus opens itself would be a second answer to who may come in, and the wider one would count. */
function portsOfOthers(config: ClusterConfig, source: Source): Problem[] {
  const { ssh, network, controlPlane } = config;
  const own = [
    known(() => ['tcp', ssh.port, 'SSH', 'ssh.allowedCidrs says who may come in'] as const),
    known(() =>
      network.transport === 'public'
        ? (['udp', network.wireguardPort, 'WireGuard', 'all may come in'] as const)
        : undefined,
    ),
    known(() =>
      controlPlane.publicEndpoint === undefined
        ? undefined
        : ([
            'tcp',
            API_PORT,
            'the API',
            'controlPlane.publicEndpoint.allowedCidrs says who may come in',
          ] as const),
    ),
  ].filter((one) => one !== undefined);
  return eachFirewallRule(config, (rule, index) => {
    const [from = 0, to = from] = (rule.port ?? '').split('-').map(Number);
    return own
      .filter(([protocol, port]) => rule.protocol === protocol && from <= port && port <= to)
      .map(([protocol, port, what, instead]) =>
        problemAt(
          source,
          ['firewall', 'rules', index, 'port'],
          `${protocol} port ${port} has a rule of its own already, for ${what}`,
          from === to ? `Remove this rule: ${instead}` : `Leave ${port} out of the range: ${instead}`,
        ),
      );
  });
}

type FirewallRule = ClusterConfig['firewall']['rules'][number];

function eachFirewallRule(
  { firewall }: ClusterConfig,
  check: (rule: FirewallRule, index: number) => Problem[],
): Problem[] {
  return eachOf(firewall.rules, check);
}
