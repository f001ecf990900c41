import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../render/difference.ts';
import { patchOf } from '../../render/patch.ts';
import type { Tree } from '../../render/tree.ts';
import { readTree } from '../../render/write.ts';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function folderWith(tree: Tree): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  made.push(folder);
  for (const [path, text] of tree) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const patchBetween = (before: Tree, after: Tree) =>
  compareTrees(before, after)
    .changes.map((change) => patchOf(change).text)
    .join('');

/** What `git apply` makes of the one tree with the patch that leads to the other. */
async function applied(before: Tree, after: Tree): Promise<Tree> {
  const folder = folderWith(before);
  await execa('git', ['apply', '--whitespace=nowarn', '-'], {
    cwd: folder,
    input: patchBetween(before, after),
    env: { GIT_CEILING_DIRECTORIES: dirname(folder) },
  });
  return readTree(folder);
}

const sorted = (tree: Tree) => [...tree].sort(([one], [other]) => (one < other ? -1 : 1));

describe('a patch', () => {
  it('has git’s headers, three lines of context and what changed', () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const before = `${lines.join('\n')}\n`;
    const change = { kind: 'changed' as const, path: 'hosts', before, after: before.replace('e', 'E') };
    expect(patchOf(change)).toEqual({
      text: `diff --git a/hosts b/hosts
--- a/hosts
+++ b/hosts
@@ -2,7 +2,7 @@
 b
 c
 d
-e
+E
 f
 g
 h
`,
      added: 1,
      removed: 1,
    });
  });

  it('says of a file whether it is new or goes', () => {
    expect(patchOf({ kind: 'added', path: 'x', after: '1\n2\n' })).toEqual({
      text: 'diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+1\n+2\n',
      added: 2,
      removed: 0,
    });
    expect(patchOf({ kind: 'removed', path: 'x', before: '1\n' })).toEqual({
      text: 'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n',
      added: 0,
      removed: 1,
    });
  });

  it('does not count lines of a file that is not text, nor print it', () => {
    const patch = patchOf({ kind: 'removed', path: 'plugin', before: '\u007fELF\0\u001b[2J\n' });
    expect(patch).toEqual({
      text: 'diff --git a/plugin b/plugin\ndeleted file mode 100644\nBinary files a/plugin and /dev/null differ\n',
      added: 0,
      removed: 0,
    });
  });

  it('leads from one tree to the other with `git apply`: files that are empty, lack a last newline, have odd names', async () => {
    const before = new Map([
      ['changed.yml', 'one\ntwo\nthree\n'],
      ['emptied', 'full\n'],
      ['filled', ''],
      ['goes/away', 'x\n'],
      ['goes/empty', ''],
      ['loses-newline', 'a\nb\n'],
      ['gains-newline', 'a\nb'],
      ['with-cr', 'a\r\nb\r\n'],
    ]);
    const after = new Map([
      ['changed.yml', 'one\n2\nthree\nfour\n'],
      ['emptied', ''],
      ['filled', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n'],
      ['comes/in', 'y\n'],
      ['comes/empty', ''],
      ['comes/größe "1"', 'z'],
      ['loses-newline', 'a\nb'],
      ['gains-newline', 'a\nb\n'],
      ['with-cr', 'a\r\nc\r\n'],
    ]);
    expect(sorted(await applied(before, after))).toEqual(sorted(after));
  });

  it('leads from one tree to the other, whatever stands in the files', async () => {
    const text = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', '', '- c', '+ d', '@@ e'), { maxLength: 30 }), fc.boolean())
      .map(([lines, newline]) => lines.join('\n') + (newline && lines.length > 0 ? '\n' : ''));
    const pairs = fc.sample(fc.tuple(text, text), { numRuns: 200, seed: 1 });
    const tree = (side: 0 | 1): Tree => new Map(pairs.map((pair, index) => [`file-${index}`, pair[side]]));
    expect(sorted(await applied(tree(0), tree(1)))).toEqual(sorted(tree(1)));
  });
});

describe('what stands in a folder', () => {
  it('is read with its links, wherever they lead', async () => {
    const folder = folderWith(new Map([['file', 'text\n']]));
    symlinkSync('..', join(folder, 'to-a-folder'));
    symlinkSync('nowhere', join(folder, 'to-nothing'));
    expect(sorted(await readTree(folder))).toEqual([
      ['file', 'text\n'],
      ['to-a-folder', '..'],
      ['to-nothing', 'nowhere'],
    ]);
  });

  it('is nothing when there is no folder', async () => {
    expect(await readTree(join(folderWith(new Map()), 'missing'))).toEqual(new Map());
  });
});
