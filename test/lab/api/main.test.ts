import { execa } from 'execa';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { apiFiles, labToken } from '../../../lab/api/files.ts';
import { PUBLIC_KEY } from './api-under-test.ts';

const entry = fileURLToPath(new URL('../../../lab/api/main.ts', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The program as `lab up` starts it, in a folder of its own, ready to answer. */
async function serve(state: string) {
  const port = await freePort();
  const args = ['--import', 'tsx', entry, '--listen', `127.0.0.1:${port}`, '--lab', 'demo'];
  const process = execa('node', args, { env: { KUBEHAUS_LAB_STATE: state }, reject: false });
  onTestFinished(() => void process.kill());
  const request = (
    pathname: string,
    init: RequestInit = {},
    token = labToken({ folder: path.join(state, 'demo') }),
  ) =>
    fetch(`http://127.0.0.1:${port}/v1${pathname}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const answers = async () => (await request('/locations').catch(() => undefined))?.ok ?? false;
  await expect.poll(answers, { timeout: 30_000, interval: 100 }).toBe(true);
  return { request, process };
}

test(
  'the program keeps its state over a restart, its token to its owner, and secrets out of its log',
  { timeout: 180_000 },
  async () => {
    const state = mkdtempSync(path.join(tmpdir(), 'lab-api-main-'));
    onTestFinished(() => rmSync(state, { recursive: true }));
    const first = await serve(state);
    const body = JSON.stringify({ name: 'operator', public_key: PUBLIC_KEY });
    expect((await first.request('/ssh_keys', { method: 'POST', body })).status).toBe(201);

    const lab = { folder: path.join(state, 'demo') };
    const token = labToken(lab);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(apiFiles(lab).token).mode & 0o777).toBe(0o600);
    expect((await first.request('/servers', {}, 'x'.repeat(64))).status).toBe(401);
    await first.request(`/servers?token=${token}`);

    first.process.kill('SIGTERM');
    expect(await first.process).toMatchObject({ exitCode: 0, stderr: '' });
    const log = readFileSync(apiFiles(lab).log, 'utf8');
    expect(log).toContain('"url":"/v1/ssh_keys"');
    expect(log).not.toContain(token);

    const second = await serve(state);
    expect(await (await second.request('/ssh_keys?name=operator')).json()).toMatchObject({
      ssh_keys: [{ public_key: PUBLIC_KEY }],
    });
  },
);

test('an address that is none is refused in one line', async () => {
  const wrong = await execa('node', ['--import', 'tsx', entry, '--listen', 'nowhere', '--lab', 'demo'], {
    reject: false,
  });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain('It is ADDRESS:PORT');
});
