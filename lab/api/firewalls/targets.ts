import { z } from 'zod';
import { ApiError, invalidField, limitExceeded } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';
import { Id } from '../identity.ts';
import { labelSelector } from '../label-selector.ts';
import type { State } from '../state/state.ts';
import { firewallsOf, means } from './effective-rules.ts';
import type { FirewallRecord, Target } from './record.ts';

/** What a firewall shall be applied to or removed from, as it is asked for. */
export const TargetRequest = z
  .object({
    type: z.enum(['server', 'label_selector']),
    server: z.object({ id: Id }).optional(),
    label_selector: z.object({ selector: z.string() }).optional(),
  })
  .transform((asked, context): Target => {
    if (asked.type === 'server' && asked.server) return { type: 'server', server: asked.server.id };
    if (asked.type === 'label_selector' && asked.label_selector)
      return { type: 'label_selector', selector: asked.label_selector.selector };
    context.addIssue({ code: 'custom', path: [asked.type], message: 'is missing', input: asked });
    return z.NEVER;
  });

export const sameTarget = (one: Target, other: Target): boolean =>
  one.type === 'server'
    ? other.type === 'server' && other.server === one.server
    : other.type === 'label_selector' && other.selector === one.selector;

/** The servers that a target means now. */
export const serversOf = (state: State, target: Target): number[] =>
  state.servers.filter((server) => means(target, server)).map(({ id }) => id);

function refuseUnknown(state: State, target: Target, status: 404 | 422): void {
  if (target.type === 'label_selector') {
    if (target.selector.trim() === '') throw invalidField('label_selector', 'must not be empty');
    labelSelector(target.selector);
  } else if (!state.servers.some(({ id }) => id === target.server)) {
    throw new ApiError(
      'firewall_resource_not_found',
      `server with ID '${target.server}' not found`,
      null,
      status,
    );
  }
}

/**
 * Applies a firewall to targets, all or none, and tells which servers have it now that had it not.
 * Throws the errors of `apply_to_resources`; with `status` 422 those of the creation of a firewall.
 */
export function applyTo(
  draft: State,
  firewall: FirewallRecord,
  targets: readonly Target[],
  { firewallsPerServer }: Limits,
  status: 404 | 422 = 404,
): number[] {
  const before = new Set(firewall.appliedTo.flatMap((target) => serversOf(draft, target)));
  for (const [index, target] of targets.entries()) {
    refuseUnknown(draft, target, status);
    if (targets.slice(0, index).some((earlier) => sameTarget(earlier, target)))
      throw new ApiError('server_already_added', 'a resource was given more than once');
    if (firewall.appliedTo.some((applied) => sameTarget(applied, target)))
      throw new ApiError('firewall_already_applied', 'firewall is already applied to the resource');
    firewall.appliedTo.push(target);
  }
  const servers = [...new Set(targets.flatMap((target) => serversOf(draft, target)))];
  for (const server of draft.servers) {
    if (servers.includes(server.id) && firewallsOf(draft, server).length > firewallsPerServer)
      throw limitExceeded(
        `server with ID '${server.id}' has too many firewalls`,
        'firewalls_per_server_limit',
      );
  }
  return servers.filter((server) => !before.has(server));
}

/**
 * Takes a firewall off targets and tells which servers had it and have it no more. What it is not applied to is left as it
 * is (https://docs.hetzner.cloud/changelog#2025-08-04-multiple-api-behavior-changes-for-firewalls).
 */
export function removeFrom(draft: State, firewall: FirewallRecord, targets: readonly Target[]): number[] {
  const before = new Set(firewall.appliedTo.flatMap((target) => serversOf(draft, target)));
  for (const target of targets) {
    refuseUnknown(draft, target, 404);
    const direct = firewall.appliedTo.some((applied) => sameTarget(applied, target));
    if (!direct && target.type === 'server' && before.has(target.server)) {
      throw new ApiError(
        'firewall_managed_by_label_selector',
        'firewall is applied by a label selector and cannot be removed from a single server',
      );
    }
    firewall.appliedTo = firewall.appliedTo.filter((applied) => !sameTarget(applied, target));
  }
  const after = new Set(firewall.appliedTo.flatMap((target) => serversOf(draft, target)));
  return [...before].filter((server) => !after.has(server));
}
