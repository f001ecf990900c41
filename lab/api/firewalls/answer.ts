import { z } from 'zod';
import { Id } from '../identity.ts';
import type { State } from '../state/state.ts';
import { FirewallRecord, type Target } from './record.ts';
import { serversOf } from './targets.ts';

const ServerRef = z.strictObject({ id: Id });

export const FirewallAnswer = FirewallRecord.omit({ appliedTo: true }).extend({
  applied_to: z.array(
    z.union([
      z.strictObject({ type: z.literal('server'), server: ServerRef }),
      z.strictObject({
        type: z.literal('label_selector'),
        label_selector: z.strictObject({ selector: z.string() }),
        applied_to_resources: z.array(z.strictObject({ type: z.literal('server'), server: ServerRef })),
      }),
    ]),
  ),
});
export type FirewallAnswer = z.infer<typeof FirewallAnswer>;

function presentTarget(state: State, target: Target): FirewallAnswer['applied_to'][number] {
  switch (target.type) {
    case 'server':
      return { type: 'server', server: { id: target.server } };
    case 'label_selector':
      return {
        type: 'label_selector',
        label_selector: { selector: target.selector },
        applied_to_resources: serversOf(state, target).map((id) => ({ type: 'server', server: { id } })),
      };
    default:
      return target satisfies never;
  }
}

/** A firewall as clients see it. */
export const presentFirewall = (
  state: State,
  { appliedTo, ...firewall }: FirewallRecord,
): FirewallAnswer => ({
  ...firewall,
  applied_to: appliedTo.map((target) => presentTarget(state, target)),
});
