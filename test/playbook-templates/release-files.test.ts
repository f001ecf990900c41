import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModule } from './run-module.ts';

let folder: string;
let server: Server;
let served: Map<string, Buffer>;
let requests: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  served = new Map();
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const body = served.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

async function archive(program: string, text: string): Promise<Buffer> {
  const stage = mkdtempSync(join(folder, 'stage-'));
  mkdirSync(join(stage, 'bin'));
  writeFileSync(join(stage, 'bin', program), text, { mode: 0o755 });
  await execa('tar', ['-C', stage, '-czf', join(stage, 'out.tar.gz'), 'bin']);
  return readFileSync(join(stage, 'out.tar.gz'));
}

/** containerd comes as an archive, runc as a program. */
function args(sums: { containerd: string; runc: string }) {
  const { port } = server.address() as AddressInfo;
  return {
    root: join(folder, 'opt'),
    base_url: `http://127.0.0.1:${port}/`,
    arch: 'amd64',
    files: [
      { name: 'containerd', version: '1.0.0', path: 'c-{arch}.tar.gz', sha256: { amd64: sums.containerd } },
      { name: 'runc', version: '2.0.0', path: 'runc.{arch}', sha256: { amd64: sums.runc } },
    ],
    links: {
      containerd: { [join(folder, 'bin/containerd')]: 'bin/containerd' },
      runc: { [join(folder, 'bin/runc')]: 'runc.{arch}' },
    },
  };
}

describe('release_files', () => {
  let sums: { containerd: string; runc: string };

  beforeEach(async () => {
    served.set('/c-amd64.tar.gz', await archive('containerd', 'first'));
    served.set('/runc.amd64', Buffer.from('#!/bin/sh\n'));
    sums = {
      containerd: sha256(served.get('/c-amd64.tar.gz') as Buffer),
      runc: sha256(served.get('/runc.amd64') as Buffer),
    };
  });

  it('installs archives and programs, and does nothing the second time', async () => {
    const first = await runModule('release_files', args(sums));
    expect(first).toMatchObject({ changed: true, installed: ['containerd', 'runc'] });
    expect(readFileSync(join(folder, 'bin/containerd'), 'utf8')).toBe('first');
    await execa(join(folder, 'bin/runc'));

    requests = [];
    expect(await runModule('release_files', args(sums))).toMatchObject({ changed: false, installed: [] });
    expect(requests).toEqual([]);
  });

  it('refuses a file with another SHA-256 before anything of it is installed', async () => {
    const wrong = { ...sums, runc: '0'.repeat(64) };
    const result = await runModule('release_files', args(wrong));
    expect(result.failed).toBe(true);
    expect(result.msg).toContain(`has the SHA-256 ${sums.runc}, not ${'0'.repeat(64)} as pinned`);
    expect(existsSync(join(folder, 'bin'))).toBe(false);
    expect(readdirSync(join(folder, 'opt'))).toEqual(['containerd-1.0.0']);
  });

  it('replaces a file when its pinned sum changes', async () => {
    await runModule('release_files', args(sums));
    const second = await archive('containerd', 'second');
    served.set('/c-amd64.tar.gz', second);
    const result = await runModule('release_files', args({ ...sums, containerd: sha256(second) }));
    expect(result).toMatchObject({ changed: true, installed: ['containerd'] });
    expect(readFileSync(join(folder, 'bin/containerd'), 'utf8')).toBe('second');
  });

  it('clears away what an interrupted run left and mends links', async () => {
    await runModule('release_files', args(sums));
    mkdirSync(join(folder, 'opt/.runc-cut-off'));
    rmSync(join(folder, 'bin/runc'));
    expect(await runModule('release_files', args(sums))).toMatchObject({ changed: true, installed: [] });
    expect(readlinkSync(join(folder, 'bin/runc'))).toBe(join(folder, 'opt/runc-2.0.0/files/runc.amd64'));
    expect(readdirSync(join(folder, 'opt')).sort()).toEqual(['containerd-1.0.0', 'runc-2.0.0']);
  });

  it('only says what it would do in check mode', async () => {
    expect(await runModule('release_files', args(sums), { checkMode: true })).toMatchObject({ changed: true });
    expect(existsSync(join(folder, 'opt'))).toBe(false);
    expect(requests).toEqual([]);
  });

  it('refuses to replace a folder by a link', async () => {
    mkdirSync(join(folder, 'bin/runc'), { recursive: true });
    const result = await runModule('release_files', args(sums));
    expect(result.msg).toContain('is a folder where a link');
    expect(result.failed).toBe(true);
  });

  it('says which URL can not be had', async () => {
    served.delete('/runc.amd64');
    const result = await runModule('release_files', args(sums));
    expect(result.msg).toMatch(/runc\.amd64 can't be downloaded: HTTP Error 404/);
  });
});
