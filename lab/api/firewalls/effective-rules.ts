import type { FirewallRule } from '../../hosts/machines.ts';
import { labelSelector } from '../label-selector.ts';
import type { ServerRecord } from '../servers/record.ts';
import type { State } from '../state/state.ts';
import type { FirewallRecord, Rule, Target } from './record.ts';

type Candidate = Pick<ServerRecord, 'id' | 'labels'>;

/** Whether a target of a firewall means this server. */
export function means(target: Target, server: Candidate): boolean {
  switch (target.type) {
    case 'server':
      return target.server === server.id;
    case 'label_selector':
      return labelSelector(target.selector)(server.labels);
    default:
      return target satisfies never;
  }
}

/** The firewalls that are applied to a server, by name or by its labels. */
export const firewallsOf = (state: State, server: Candidate): FirewallRecord[] =>
  state.firewalls.filter(({ appliedTo }) => appliedTo.some((target) => means(target, server)));

function onTheWire(rule: Rule): FirewallRule {
  const { direction, protocol } = rule;
  const peers = direction === 'in' ? rule.source_ips : rule.destination_ips;
  return { direction, protocol, ...(rule.port === null ? {} : { port: rule.port }), sources: peers };
}

/**
 * What the wire of a server has to hold: the rules of all its firewalls together, since rules only ever allow
 * (https://docs.hetzner.com/cloud/firewalls/overview). `undefined` means no firewall at all, everything open; no rule for
 * `in` means that nothing comes in, no rule for `out` that everything goes out. `sources` are the other end, with `out` the
 * destinations.
 */
export function effectiveRules(state: State, server: Candidate): FirewallRule[] | undefined {
  const firewalls = firewallsOf(state, server);
  return firewalls.length === 0 ? undefined : firewalls.flatMap(({ rules }) => rules.map(onTheWire));
}
