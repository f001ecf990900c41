import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { built, folderOf, type Component } from '../../../lab/builds/component.ts';

let folder: string;
let source: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubehaus-builds-'));
  vi.stubEnv('KUBEHAUS_LAB_CACHE', join(folder, 'cache'));
  source = join(folder, 'go.mod');
  await writeFile(source, 'require example.org/a v1.0.0');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A component that writes what it is made from, and counts how often it is made. */
function component(name: string, differences: Partial<Component> = {}): Component & { made: number } {
  const described = {
    name,
    sources: [source],
    settings: ['-trimpath'],
    from: [],
    made: 0,
    make: async (into: string) => {
      described.made += 1;
      await writeFile(join(into, 'result'), await readFile(source));
    },
    ...differences,
  };
  return described;
}

test('what was built is not built again', async () => {
  const first = component('etcd');
  const again = component('etcd');

  expect(await built(again)).toBe(await built(first));
  expect(first.made + again.made).toBe(1);
});

test('a change of a source, of a setting or of what it is made from asks for a new build', async () => {
  const etcd = component('etcd');
  const files = component('files', { from: [etcd] });
  const before = [await folderOf(etcd), await folderOf(files)];

  expect(await folderOf(component('etcd', { settings: ['-trimpath', '-race'] }))).not.toBe(before[0]);

  await writeFile(source, 'require example.org/a v1.0.1');
  expect(await folderOf(etcd)).not.toBe(before[0]);
  expect(await folderOf(component('files', { sources: [], from: [etcd] }))).not.toBe(
    await folderOf(component('files', { sources: [] })),
  );
});

test('a change of one component leaves the others as they are', async () => {
  const etcd = component('etcd');
  const runc = component('runc', { sources: [] });
  const before = await folderOf(runc);
  await built(etcd);
  await writeFile(source, 'require example.org/a v1.0.1');
  expect(await folderOf(runc)).toBe(before);
});

test('a build that fails leaves nothing that looks finished, and the next one clears it away', async () => {
  const failing = component('etcd', {
    make: async (into) => {
      await writeFile(join(into, 'half'), '');
      throw new Error('cut off');
    },
  });
  const neighbour = component('etcd-backup', { make: failing.make });
  await expect(built(failing)).rejects.toThrow('cut off');
  await expect(access(await folderOf(failing))).rejects.toThrow('ENOENT');
  await expect(built(neighbour)).rejects.toThrow('cut off');

  const mended = await built(component('etcd'));
  expect(await readdir(mended)).toEqual(['result']);
  const left = await readdir(join(folder, 'cache', 'builds'));
  expect(left).toEqual([expect.stringMatching(/^\.etcd-backup\.unfinished-/), basename(mended)]);
});

test('what two others are made from is built once, also when all is built at the same time', async () => {
  const kubernetes = component('kubernetes');
  const files = component('files', { from: [kubernetes] });
  const images = component('images', { from: [kubernetes] });
  await built(component('mirror', { from: [files, images] }));
  expect(kubernetes.made).toBe(1);
});
