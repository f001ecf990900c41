import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../render/scenarios.ts';
import { answeringServers, type Behaviour } from './answering-servers.ts';
import { makeCa, type KeyPair } from './certificates.ts';

const GATE = join(ROOT, 'roles/master_lb/files/master-gate');
const [OWN, SECOND, THIRD] = ['127.0.0.21', '127.0.0.22', '127.0.0.23'] as const;

let pki: string;
let ca: Awaited<ReturnType<typeof makeCa>>;
const keyPairs = new Map<string, KeyPair>();
let folder: string;
let gate: ReturnType<typeof runGate> | undefined;
const apiServers = answeringServers('/readyz');

beforeAll(async () => {
  pki = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  ca = await makeCa(pki, 'ca');
  for (const address of [OWN, SECOND, THIRD]) keyPairs.set(address, await ca.issue(address));
});
afterAll(() => {
  rmSync(pki, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  // In place of the kernel's: writes down what it is told to do.
  writeFileSync(join(folder, 'nft'), `#!/bin/sh\ncat > ${folder}/next && mv ${folder}/next ${folder}/ruleset && echo >> ${folder}/count\n`);
  chmodSync(join(folder, 'nft'), 0o755);
});
afterEach(async () => {
  gate?.kill('SIGKILL');
  await gate;
  gate = undefined;
  await apiServers.stopAll();
  rmSync(folder, { recursive: true });
});

const start = (address: string, behaviour: Behaviour, keyPair = keyPairs.get(address)) =>
  apiServers.start(address, behaviour, { ...keyPair });

const runGate = (args: readonly string[], env: Record<string, string>) =>
  execa('python3', ['-B', GATE, ...args], { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...env }, reject: false });

function guard(others: readonly string[] = [SECOND, THIRD], env: Record<string, string> = {}): void {
  const masters = ['--own', OWN, ...others.flatMap((other) => ['--other', other])];
  gate = runGate([...masters, '--port', `${apiServers.port()}`, '--ca', ca.certificate], env);
}

const ruleset = () => (existsSync(join(folder, 'ruleset')) ? readFileSync(join(folder, 'ruleset'), 'utf8') : 'none');
const state = () => (ruleset().includes('reject with tcp reset') ? 'closed' : ruleset() === 'none' ? 'none' : 'open');
/** How often the rules were changed, the first time included. */
const rulesets = () => readFileSync(join(folder, 'count'), 'utf8').length;
const eventually = (wanted: string, timeout = 5000) => expect.poll(state, { timeout, interval: 20 }).toBe(wanted);
/** Long enough for several questions, and longer than the gate waits before it closes. */
const A_WHILE = 3000;

describe('master-gate', () => {
  it('is open while its API server is ready, and asks nobody else, over one connection', async () => {
    const own = await start(OWN, 'ready');
    const second = await start(SECOND, 'ready');
    guard();
    await eventually('open');
    await sleep(A_WHILE);
    expect(state()).toBe('open');
    expect(own.questions).toBeGreaterThan(3);
    expect(own.connections).toBe(1);
    expect(second.connections).toBe(0);
  });

  it('resets connections to the API server’s port, but for those of this host, while that is not ready', async () => {
    const own = await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    own.behaviour = 'unready';
    const since = Date.now();
    await eventually('closed');
    // The bar is 3 s, of which up to one passes before /readyz says so; a busy machine may take longer.
    expect(Date.now() - since).toBeGreaterThan(1000);
    expect(Date.now() - since).toBeLessThan(4000);
    expect(ruleset()).toContain(`iifname != "lo" tcp dport ${apiServers.port()} `);
  });

  it('opens at once when the API server is ready again', async () => {
    const own = await start(OWN, 'unready');
    await start(SECOND, 'ready');
    guard();
    await eventually('closed');
    own.behaviour = 'ready';
    const since = Date.now();
    await eventually('open');
    expect(Date.now() - since).toBeLessThan(2500);
    expect(ruleset()).toBe('add table inet master_gate\ndelete table inet master_gate\n');
  });

  it('closes for an API server that accepts connections and hangs', async () => {
    const own = await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    own.behaviour = 'hangs';
    const since = Date.now();
    await eventually('closed', 10_000);
    expect(Date.now() - since).toBeGreaterThan(4000);
  });

  it('closes sooner for one that answers, but for its readiness: it is not busy, but waits for its etcd', async () => {
    const own = await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    own.behaviour = 'waits';
    const since = Date.now();
    await eventually('closed');
    expect(Date.now() - since).toBeGreaterThan(1500);
    expect(Date.now() - since).toBeLessThan(4000);
    // It answers no question in the time that questions have.
    await sleep(2 * A_WHILE);
    expect(state()).toBe('closed');
  });

  it('bears one that is busy, and answers in time only now and then', async () => {
    const own = await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    for (let turn = 0; turn < 2; turn++) {
      own.behaviour = 'waits';
      await sleep(900);
      own.behaviour = 'hangs';
      await sleep(800);
    }
    own.behaviour = 'ready';
    await sleep(A_WHILE);
    expect(rulesets()).toBe(1);
  });

  it('bears an API server that is silent for as long as a busy one may be', async () => {
    const own = await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    own.behaviour = 'hangs';
    await sleep(2700);
    own.behaviour = 'ready';
    await sleep(A_WHILE);
    expect(rulesets()).toBe(1);
  });

  it('bears an election of etcd’s leader: nobody is ready, and then this one up to a second after the others', async () => {
    const own = await start(OWN, 'ready');
    const second = await start(SECOND, 'ready');
    guard();
    await eventually('open');
    for (const meanwhile of ['unready', 'hangs', 'waits', 'unready'] as const) {
      own.behaviour = second.behaviour = meanwhile;
      await sleep(2500);
      second.behaviour = 'ready';
      await sleep(900);
      own.behaviour = 'ready';
      await sleep(2500);
    }
    expect(rulesets()).toBe(1);
  });

  it('stays open when no other master is ready, dead or hanging as they may be', async () => {
    await start(OWN, 'unready');
    await start(SECOND, 'hangs');
    guard();
    await eventually('open');
    await sleep(3 * A_WHILE);
    expect(state()).toBe('open');
  });

  it('opens when the last ready one of the others is lost', async () => {
    await start(OWN, 'unready');
    const second = await start(SECOND, 'ready');
    guard();
    await eventually('closed');
    second.behaviour = 'unready';
    await eventually('open');
  });

  it('is always open on the only master', async () => {
    await start(OWN, 'unready');
    guard([]);
    await eventually('open');
    await sleep(A_WHILE);
    expect(state()).toBe('open');
  });

  it('believes no other master whose certificate is not of the cluster’s CA', async () => {
    await start(OWN, 'unready');
    const stranger = await makeCa(folder, 'stranger');
    await start(SECOND, 'ready', await stranger.issue(SECOND));
    guard();
    await eventually('open');
    await sleep(A_WHILE);
    expect(state()).toBe('open');
  });

  it('is open again soon after an API server was restarted between two questions', async () => {
    await start(OWN, 'ready');
    await start(SECOND, 'ready');
    guard();
    await eventually('open');
    for (let restart = 0; restart < 5; restart++) {
      await apiServers.stop(OWN);
      await start(OWN, 'ready');
      await sleep(300);
      await eventually('open');
    }
  });

  it('ends when the kernel refuses the rule, so that systemd opens the gate and starts it again', async () => {
    await start(OWN, 'ready');
    writeFileSync(join(folder, 'nft'), '#!/bin/sh\nexit 1\n');
    guard();
    expect((await gate)?.exitCode).not.toBe(0);
  });

  /** In place of systemd: gives all that it was told, and ends. */
  async function systemd(path: string) {
    const program = execa('python3', [
      '-uc',
      'import socket, sys\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])\nwhile True: print(s.recv(4096).decode())',
      path,
    ]);
    program.catch(() => undefined);
    let told = '';
    program.stdout.on('data', (data: Buffer) => (told += data.toString()));
    await expect.poll(() => existsSync(path)).toBe(true);
    return { told: () => told, end: () => program.kill('SIGKILL') };
  }

  it('is closed to new connections at once where nobody listens, and closed while an API server starts there, until that is ready', async () => {
    await start(OWN, 'ready');
    await start(SECOND, 'ready');
    const heard = await systemd(join(folder, 'notify'));
    guard(undefined, { NOTIFY_SOCKET: join(folder, 'notify') });
    await eventually('open');
    await apiServers.stop(OWN);
    await eventually('closed');
    await expect.poll(heard.told).toContain('STATUS=closed: the API server is not there, another one is ready');
    expect(ruleset()).toContain('== syn reject with tcp reset');
    const own = await start(OWN, 'unready');
    await expect.poll(heard.told, { timeout: 5000 }).toContain('STATUS=closed: the API server is not ready, another one is ready');
    expect(ruleset()).not.toContain('== syn');
    own.behaviour = 'ready';
    await eventually('open');
    // Never open in between.
    expect(rulesets()).toBe(4);
    heard.end();
  });

  it('stays open where nobody listens while no other master is ready', async () => {
    await start(OWN, 'ready');
    guard();
    await eventually('open');
    await apiServers.stop(OWN);
    await sleep(A_WHILE);
    expect(rulesets()).toBe(1);
  });

  it('tells systemd that it is ready, lives, and why it is open or closed', async () => {
    await start(OWN, 'unready');
    await start(SECOND, 'ready');
    const heard = await systemd(join(folder, 'notify'));
    guard(undefined, { NOTIFY_SOCKET: join(folder, 'notify') });
    await expect.poll(heard.told, { timeout: 5000 }).toContain('STATUS=closed: the API server is not ready, another one is ready');
    await expect.poll(() => heard.told().match(/READY=1\nWATCHDOG=1/g)?.length, { timeout: 5000 }).toBeGreaterThan(3);
    heard.end();
  });

  it('resets with the kernel’s own nftables: new and open connections from outside, none from the host', async () => {
    // A network of its own in a user namespace: no root is needed, and the machine's rules are untouched.
    const { stdout } = await execa('unshare', ['-rn', 'python3', join(import.meta.dirname, 'closed_gate.py'), GATE]);
    expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toEqual({
      open: { outside: 'connected', host: 'connected' },
      closed_to_new: { outside: 'refused', host: 'connected', opened_before: 'question, answer' },
      closed: {
        outside: 'refused',
        host: 'connected',
        opened_before: {
          'client that speaks': 'reset',
          'its server': 'reset',
          'client that waits': 'reset',
          host: "TimeoutError('timed out')",
        },
      },
      opened_again: { outside: 'connected', host: 'connected' },
    });
  });
});
