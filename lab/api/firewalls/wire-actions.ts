import { addAction } from '../actions/add.ts';
import type { ActionRecord } from '../actions/record.ts';
import type { State } from '../state/state.ts';
import type { FirewallRecord } from './record.ts';
import { firewallsOf } from './effective-rules.ts';
import type { ServerRecord } from '../servers/record.ts';

/** One action a server, each of which makes its wire hold what its firewalls say by then. */
export const wireActions = (
  draft: State,
  started: string,
  command: 'apply_firewall' | 'remove_firewall',
  firewall: Pick<FirewallRecord, 'id'>,
  servers: readonly number[],
): ActionRecord[] =>
  servers.map((server) =>
    addAction(
      draft,
      started,
      command,
      [
        { type: 'firewall', id: firewall.id },
        { type: 'server', id: server },
      ],
      { kind: 'hold_firewall', server },
    ),
  );

/** Changes a server's labels, and applies and removes the firewalls that select servers by them. */
export function relabel(
  draft: State,
  started: string,
  server: ServerRecord,
  labels: ServerRecord['labels'],
): void {
  const before = firewallsOf(draft, server);
  server.labels = labels;
  const after = firewallsOf(draft, server);
  for (const firewall of after)
    if (!before.includes(firewall)) wireActions(draft, started, 'apply_firewall', firewall, [server.id]);
  for (const firewall of before)
    if (!after.includes(firewall)) wireActions(draft, started, 'remove_firewall', firewall, [server.id]);
}
