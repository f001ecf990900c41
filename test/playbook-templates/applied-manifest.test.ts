import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModule } from './run-module.ts';

/** kubectl, as far as the module can tell: the cluster is a file, and diff's exit codes are kubectl's. */
const KUBECTL = `#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
cluster=$(dirname "$0")/cluster
manifest=$(cat)
if [ -e "$(dirname "$0")/down" ]; then
  case "$*" in *' apply '*) rm "$(dirname "$0")/down";; esac
  echo 'connection refused' >&2; exit 2
fi
case "$*" in
  *' diff '*)
    [ -e "$cluster" ] || { echo 'namespaces "kube-flannel" not found' >&2; exit 2; }
    echo "$manifest" | diff "$cluster" - ;;
  *' apply '*)
    case "$manifest" in *refuse*) echo 'spec.refused: Invalid value' >&2; exit 1;; esac
    echo "$manifest" > "$cluster" ;;
esac
`;

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  writeFileSync(at('kubectl'), KUBECTL);
  chmodSync(at('kubectl'), 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (manifest: string, { checkMode = false, timeout = 0 } = {}) =>
  runModule(
    'applied_manifest',
    { command: ['cat', 'manifest.yaml'], files: { 'manifest.yaml': manifest }, timeout },
    { checkMode, path: `${folder}:${process.env['PATH'] ?? ''}` },
  );
const cluster = () => readFileSync(at('cluster'), 'utf8').trim();
const calls = () => readFileSync(at('calls'), 'utf8').trim().split('\n');

describe('applied_manifest', () => {
  it('applies a manifest that is new to the cluster, and changes nothing the second time', async () => {
    expect(await run('kind: DaemonSet')).toMatchObject({ changed: true });
    expect(cluster()).toBe('kind: DaemonSet');
    rmSync(at('calls'));
    expect(await run('kind: DaemonSet')).toMatchObject({ changed: false });
    expect(calls().filter((call) => call.includes(' apply '))).toEqual([]);
  });

  it('brings the cluster back to the manifest, whoever set the field otherwise', async () => {
    await run('mtu: 1420');
    writeFileSync(at('cluster'), 'mtu: 1500\n');
    expect(await run('mtu: 1420')).toMatchObject({ changed: true });
    expect(cluster()).toBe('mtu: 1420');
    for (const call of calls()) expect(call).toContain('--server-side --force-conflicts --field-manager=kubehaus');
  });

  it('shows the difference in check mode and applies nothing', async () => {
    await run('mtu: 1420');
    expect(await run('mtu: 1370', { checkMode: true })).toMatchObject({
      changed: true,
      diff: { prepared: expect.stringContaining('> mtu: 1370') as string },
    });
    expect(cluster()).toBe('mtu: 1420');
    expect(await run('mtu: 1420', { checkMode: true })).toMatchObject({ changed: false });
  });

  it('does not claim in check mode that something differs when nobody could compare', async () => {
    await run('mtu: 1420');
    writeFileSync(at('down'), '');
    expect(await run('mtu: 1420', { checkMode: true })).toMatchObject({
      failed: true,
      msg: 'kubectl diff failed: connection refused',
    });
  });

  it('tries again when the API server is away for a moment', async () => {
    writeFileSync(at('down'), '');
    expect(await run('mtu: 1420', { timeout: 60 })).toMatchObject({ changed: true });
    expect(cluster()).toBe('mtu: 1420');
  });

  it('ends with the API server’s words when the manifest is refused', async () => {
    const result = await run('refuse me');
    expect(result).toMatchObject({ failed: true, msg: expect.stringContaining('spec.refused: Invalid value') as string });
    expect(existsSync(at('cluster'))).toBe(false);
  });

  it('finds the files of this call, and none that another one left', async () => {
    const list = (files: object) =>
      runModule(
        'applied_manifest',
        { command: ['sh', '-c', 'ls; pwd >> "$0"', at('folders')], files },
        { path: `${folder}:${process.env['PATH'] ?? ''}` },
      );
    await list({ 'values.yaml': '', 'more.yaml': '' });
    expect(cluster()).toBe('more.yaml\nvalues.yaml');
    await list({ 'values.yaml': '' });
    expect(cluster()).toBe('values.yaml');
    const folders = readFileSync(at('folders'), 'utf8').trim().split('\n');
    expect(folders.map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('asks nobody when the manifest can’t be made', async () => {
    const path = `${folder}:${process.env['PATH'] ?? ''}`;
    const result = await runModule('applied_manifest', { command: ['cat', 'nowhere'], files: {} }, { path });
    expect(result).toMatchObject({ failed: true, msg: expect.stringContaining('cat nowhere failed') as string });
    expect(existsSync(at('calls'))).toBe(false);
  });
});
