import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';
import { answeringServers, type Behaviour } from './answering-servers.ts';
import { makeCa, type KeyPair } from './certificates.ts';

const GATE = join(ROOT, 'roles/master_lb/files/etcd-gate');
const MEMBERS = ['127.0.0.31', '127.0.0.32', '127.0.0.33'] as const;
const [FIRST, SECOND, THIRD] = MEMBERS;

let pki: string;
let folder: string;
let ca: Awaited<ReturnType<typeof makeCa>>;
const keyPairs = new Map<string, KeyPair>();
const etcd = answeringServers('/health?exclude=NOSPACE');
let gate: ReturnType<typeof run> | undefined;

beforeAll(async () => {
  pki = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  ca = await makeCa(pki, 'ca');
  for (const address of MEMBERS) keyPairs.set(address, await ca.issue(address));
  const client = await ca.issue('127.0.0.1');
  writeFileSync(join(pki, 'client.crt'), client.cert);
  writeFileSync(join(pki, 'client.key'), client.key);
});
afterAll(() => {
  rmSync(pki, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  // In place of the kernel's: writes down what it is told to do.
  writeFileSync(join(folder, 'nft'), `#!/bin/sh\ncat > ${folder}/next && mv ${folder}/next ${folder}/ruleset\n`);
  writeFileSync(join(folder, 'ss'), '#!/bin/sh\n');
  for (const program of ['nft', 'ss']) chmodSync(join(folder, program), 0o755);
});
afterEach(async () => {
  gate?.kill('SIGKILL');
  await gate;
  gate = undefined;
  await etcd.stopAll();
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[]) =>
  execa('python3', ['-B', GATE, ...args], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    reject: false,
  });

/** Members of etcd, who ask for a certificate of their CA as etcd does, and the gate that asks them. */
async function guard(...behaviours: readonly Behaviour[]) {
  const members = [];
  for (const [index, behaviour] of behaviours.entries()) {
    const address = MEMBERS[index] ?? FIRST;
    const own = { ...keyPairs.get(address), ca: readFileSync(ca.certificate), requestCert: true };
    members.push(await etcd.start(address, behaviour, own));
  }
  gate = run([
    ...MEMBERS.slice(0, behaviours.length).flatMap((member) => ['--member', member]),
    ...['--port', String(etcd.port()), '--mark', '0', '--ca', ca.certificate],
    ...['--cert', join(pki, 'client.crt'), '--key', join(pki, 'client.key')],
  ]);
  return members;
}

/** The members that connections to are reset; undefined before the gate has begun. */
const closedTo = (): readonly string[] | undefined => {
  if (!existsSync(join(folder, 'ruleset'))) return undefined;
  const [, list = ''] = /ip daddr \{ (.*) \}/.exec(readFileSync(join(folder, 'ruleset'), 'utf8')) ?? [];
  return list === '' ? [] : list.split(', ');
};
const eventually = (wanted: readonly string[]) =>
  expect.poll(closedTo, { timeout: 8000, interval: 20 }).toEqual(wanted);
const A_WHILE = 3000;

describe('etcd-gate', () => {
  it('leaves everything alone while all members are healthy, and shows them a certificate', async () => {
    const members = await guard('ready', 'ready', 'ready');
    await eventually([]);
    await sleep(A_WHILE);
    expect(closedTo()).toEqual([]);
    for (const { questions, connections } of members) {
      expect(questions).toBeGreaterThan(3);
      expect(connections).toBe(1);
    }
  });

  it('resets connections to a member that hangs for long, but for its own questions, and to no other', async () => {
    const [first] = await guard('ready', 'ready', 'ready');
    await eventually([]);
    if (first) first.behaviour = 'hangs';
    // Its host still hears what it is asked: it may be busy.
    await sleep(A_WHILE);
    expect(closedTo()).toEqual([]);
    await eventually([FIRST]);
    expect(readFileSync(join(folder, 'ruleset'), 'utf8')).toMatch(/meta mark != \d+ ip daddr .* reject with tcp reset/);
    if (first) first.behaviour = 'ready';
    await eventually([]);
  });

  it('resets connections to two members that are gone while the third says that it is healthy', async () => {
    const [, second] = await guard('ready', 'ready', 'ready');
    await eventually([]);
    await etcd.stop(THIRD);
    if (second) second.behaviour = 'unready';
    await eventually([SECOND, THIRD]);
  });

  it('leaves all alone while none is healthy, and when they recover one after the other', async () => {
    const members = await guard('unready', 'hangs', 'unready');
    await eventually([]);
    await sleep(A_WHILE);
    for (const member of members) {
      expect(closedTo()).toEqual([]);
      member.behaviour = 'ready';
      await sleep(150);
    }
    await sleep(A_WHILE);
    expect(closedTo()).toEqual([]);
  });

  it('is no obstacle before there is a certificate for etcd', async () => {
    for (const [address, keyPair] of [...keyPairs].slice(0, 2)) await etcd.start(address, 'ready', { ...keyPair });
    gate = run([
      ...['--member', FIRST, '--member', SECOND, '--port', String(etcd.port())],
      ...['--mark', '0', '--ca', join(pki, 'none')],
    ]);
    await eventually([]);
    await sleep(A_WHILE);
    expect(closedTo()).toEqual([]);
    expect(gate.exitCode).toBeNull();
  });

  it('changes nothing while the certificates can’t be read, and one that answered begins anew', async () => {
    const [first] = await guard('ready', 'ready', 'ready');
    await eventually([]);
    renameSync(join(pki, 'client.key'), join(pki, 'away.key'));
    try {
      // Its connection ends, and a new one can't be made for want of a key: that says nothing of it.
      for (const socket of first?.sockets ?? []) socket.destroy();
      await sleep(A_WHILE);
      expect(closedTo()).toEqual([]);
    } finally {
      renameSync(join(pki, 'away.key'), join(pki, 'client.key'));
    }
    if (first) first.behaviour = 'unready';
    await eventually([FIRST]);
  });

  it('knows a member that is busy from one whose host is gone', async () => {
    const { stdout } = await execa('unshare', [
      ...['-rn', 'python3', join(import.meta.dirname, 'hears.py'), join(GATE, '../gates.py')],
    ]);
    expect(JSON.parse(stdout)).toEqual({
      ...{ before: false, busy: true, 'given up': false },
      ...{ 'gone meanwhile': false, gone: false },
    });
  });

  it('resets with the kernel’s own nftables: old and new connections to a member, but none of its questions', async () => {
    const { stdout } = await execa('unshare', [
      ...['-rn', 'python3', join(import.meta.dirname, 'closed_etcd_gate.py'), GATE],
    ]);
    const all = { client: 'connected', question: 'connected', 'other port': 'connected' };
    expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toEqual({
      open: all,
      closed: {
        ...all,
        client: 'refused',
        spoken: 'reset',
        idle: 'aborted',
        'idle on the other port': "TimeoutError('timed out')",
      },
      opened_again: all,
    });
  });
});
