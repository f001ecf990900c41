import { setTimeout as sleep } from 'node:timers/promises';
import { accessDenied, cloudInitFailed, hostKeyChanged, unreachable } from './errors.ts';
import { PROBE_MS } from './hosts-over-ssh.ts';
import type { Host } from './inventory.ts';
import type { Phase } from './reporter.ts';
import type { Run } from './run.ts';
import type { SshAccess } from './ssh-command.ts';
import { ssh } from './ssh.ts';

export const DEFAULT_SSH_PATIENCE_MS = 5 * 60_000;

/** Between two tries at a host that does not answer yet. */
const PAUSE_MS = 1_000;

/** sshd of a new server may answer before cloud-init has put the keys in place; after this long, the keys are wrong. */
const DENIED_PATIENCE_MS = 45_000;

type Waited =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unreachable' | 'denied' | 'host-key-changed' | 'cloud-init'; readonly last: string };

/**
 * Waits until every host answers over SSH and its cloud-init is through, all at once. Fails when one does not within
 * `patienceMs`, and at once when one shows another host key than the pinned one.
 */
export async function waitForHosts(
  run: Run,
  access: SshAccess,
  hosts: readonly Host[],
  phase: Phase,
  patienceMs: number,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, run.interruption.signal]);
  const deadline = Date.now() + patienceMs;
  const results = await Promise.all(
    hosts.map(async (host) => {
      const name = host.node.name;
      const waited = await waitForHost(access, host, phase, deadline, signal);
      if (waited.kind === 'ready') phase.node(name, 'ready', 'done');
      else if (!signal.aborted || waited.kind === 'host-key-changed') phase.node(name, waited.last, 'failed');
      if (waited.kind === 'host-key-changed') stop.abort();
      return { name, waited };
    }),
  );
  run.interruption.check();
  const having = (kind: Waited['kind']) =>
    results.flatMap(({ name, waited }) =>
      waited.kind === kind ? [{ name, last: waited.kind === 'ready' ? '' : waited.last }] : [],
    );
  const changed = having('host-key-changed');
  if (changed.length > 0)
    throw hostKeyChanged(
      changed.map(({ name }) => name),
      access.folder.knownHosts,
    );
  const denied = having('denied');
  if (denied.length > 0) throw accessDenied(denied);
  const silent = having('unreachable');
  if (silent.length > 0) throw unreachable(`${Math.round(patienceMs / 1000)} s`, silent);
  for (const { name, last } of having('cloud-init')) throw cloudInitFailed(name, last.split('\n'));
}

async function waitForHost(
  access: SshAccess,
  host: Host,
  phase: Phase,
  deadline: number,
  signal: AbortSignal,
): Promise<Waited> {
  const name = host.node.name;
  let deniedSince: number | undefined;
  let last = 'no try was made';
  while (!signal.aborted && Date.now() < deadline) {
    const { outcome } = await ssh(access, host, ['true'], {
      signal,
      timeoutMs: Math.min(PROBE_MS, Math.max(1, deadline - Date.now())),
    });
    if (signal.aborted) break;
    switch (outcome.kind) {
      case 'ran':
        phase.node(name, 'answers; waiting for cloud-init', 'running');
        return waitForCloudInit(access, host, deadline, signal);
      case 'host-key-changed':
        return { kind: 'host-key-changed', last: 'shows another SSH host key than before' };
      case 'denied':
        last = outcome.message;
        deniedSince ??= Date.now();
        if (Date.now() - deniedSince > DENIED_PATIENCE_MS) return { kind: 'denied', last };
        break;
      case 'unreachable':
        last = outcome.message;
        deniedSince = undefined;
        break;
      default:
        return outcome satisfies never;
    }
    phase.node(name, last, 'running');
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return { kind: deniedSince === undefined ? 'unreachable' : 'denied', last };
}

/** `cloud-init status --wait` ends with 0 when done, 2 when done with a recoverable error, 1 when it failed. */
async function waitForCloudInit(
  access: SshAccess,
  host: Host,
  deadline: number,
  signal: AbortSignal,
): Promise<Waited> {
  let last = 'cloud-init is not through';
  while (!signal.aborted && Date.now() < deadline) {
    const { outcome, stdout, stderr } = await ssh(access, host, ['cloud-init', 'status', '--wait'], {
      signal,
      timeoutMs: Math.max(1, deadline - Date.now()),
    });
    if (outcome.kind === 'host-key-changed')
      return { kind: 'host-key-changed', last: 'shows another SSH host key' };
    if (outcome.kind === 'ran') {
      // 127: an image without cloud-init has nothing to wait for.
      if ([0, 2, 127].includes(outcome.exitCode)) return { kind: 'ready' };
      return { kind: 'cloud-init', last: [stdout.trim(), stderr.trim()].filter(Boolean).join('\n') };
    }
    last = outcome.message;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return { kind: 'unreachable', last };
}
