import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesServer } from '../../../lab/mirror/files-server.ts';

let folder: string;
let server: FastifyInstance;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubehaus-mirror-'));
  await mkdir(join(folder, 'mirror'));
  for (const [part, file] of [
    ['files', 'dl.k8s.io/kubelet'],
    ['apt', 'pool/wireguard-tools_1.0-1+b1_amd64.deb'],
  ] as const) {
    await mkdir(join(folder, part, file, '..'), { recursive: true });
    await writeFile(join(folder, part, file), `this is ${file}`);
    // As in a built mirror, whose parts lie beside it.
    await symlink(join(folder, part), join(folder, 'mirror', part));
  }
  await writeFile(join(folder, 'mirror', 'terraform.rc'), 'not to be served');
  server = await filesServer(join(folder, 'mirror'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test('files are served by the path of their official URL', async () => {
  const answer = await server.inject('/files/dl.k8s.io/kubelet');
  expect([answer.statusCode, answer.body]).toEqual([200, 'this is dl.k8s.io/kubelet']);
});

test('apt gets a package whose version has a plus sign, which it escapes', async () => {
  for (const plus of ['+', '%2b', '%2B']) {
    const answer = await server.inject(`/apt/pool/wireguard-tools_1.0-1${plus}b1_amd64.deb`);
    expect([plus, answer.statusCode]).toEqual([plus, 200]);
  }
});

test('nothing beside these folders is served', async () => {
  for (const path of [
    '/terraform.rc',
    '/files/../terraform.rc',
    '/files/%2e%2e/terraform.rc',
    '/files/none',
    '/files/',
  ]) {
    expect((await server.inject(path)).statusCode, path).toBeGreaterThanOrEqual(400);
  }
});
