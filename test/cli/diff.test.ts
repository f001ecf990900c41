import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { addressesDocument } from '../../drive/inventory.ts';
import { folderWith } from '../drive/cluster-in-a-folder.ts';
import { filesBelow } from '../render/scenarios.ts';
import { quoted } from './kubehaus-in-path.ts';
import { commandLine, kubehaus } from './kubehaus.ts';

// Each call is a process of its own; on a busy machine it takes seconds to start.
vi.setConfig({ testTimeout: 180_000 });

/** A rendered cluster, edited in all ways: a worker more, and a tree that somebody laid hands on. */
async function editedFolder() {
  const folder = await folderWith();
  await kubehaus(['render', '-C', folder.root]);
  const { clusterYaml, rendered } = folder;
  await writeFile(clusterYaml, (await readFile(clusterYaml, 'utf8')).replace('count: 1', 'count: 2'));
  await writeFile(join(rendered, 'ansible', 'site.yml'), 'edited by hand\n');
  await rm(join(rendered, 'ansible', 'etcd.yml'));
  await writeFile(join(rendered, 'stray'), 'of somebody\n');
  await mkdir(join(rendered, 'ansible', 'inventory'), { recursive: true });
  await writeFile(join(rendered, 'ansible', 'inventory', 'addresses.yml'), addressesDocument(new Map()));
  return folder;
}

describe('kubehaus diff', () => {
  it('shows all files as new before the first rendering, and writes nothing', async () => {
    const { root } = await folderWith();
    const { exitCode, stdout, stderr } = await kubehaus(['diff', '-C', root]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--- /dev/null\n+++ b/cluster.lock.yaml\n@@ -0,0 +1,');
    expect(stdout).toContain('\n+++ b/rendered/terraform/cdk.tf.json\n');
    expect(stdout).toMatch(/\n\d+ files: \d+ lines added, 0 removed$/);
    expect(await readdir(root)).toEqual(['cluster.yaml']);
  });

  it('prints what `git apply` makes the same of as `kubehaus render`', async () => {
    const { root } = await editedFolder();
    const before = filesBelow(root);
    const { stdout } = await kubehaus(['diff', '-C', root]);
    expect(filesBelow(root)).toEqual(before);
    expect(stdout).toContain('\n-edited by hand\n');
    expect(stdout).toContain('\n-of somebody\n');
    expect(stdout).not.toContain('b/rendered/ansible/inventory/addresses.yml');

    await execa('git', ['apply', '--whitespace=nowarn', '-'], {
      cwd: root,
      input: stdout,
      env: { GIT_CEILING_DIRECTORIES: dirname(root) },
    });
    const applied = filesBelow(root);
    expect(applied).not.toEqual(before);
    await kubehaus(['render', '-C', root]);
    expect(filesBelow(root)).toEqual(applied);
  });

  it('--stat prints the files and their numbers of lines', async () => {
    const { root } = await editedFolder();
    const { exitCode, stdout } = await kubehaus(['diff', '--stat', '-C', root]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^changed +cluster\.lock\.yaml +\+5$/m);
    expect(stdout).toMatch(/^added +rendered\/ansible\/host_vars\/prod-worker-2\.yml +\+\d+$/m);
    expect(stdout).toMatch(/^changed +rendered\/ansible\/site\.yml +\+\d+ +-1$/m);
    expect(stdout).toMatch(/^removed +rendered\/stray +-1$/m);
    expect(stdout).not.toContain('@@');

    const sum = (sign: string) =>
      [...stdout.matchAll(new RegExp(` \\${sign}(\\d+)`, 'g'))].reduce(
        (all, [, lines]) => all + Number(lines),
        0,
      );
    const files = stdout.match(/^(added|changed|removed) /gm);
    expect(stdout.split('\n').at(-1)).toBe(
      `${files?.length} files: ${sum('+')} lines added, ${sum('-')} removed`,
    );
  });

  it('--exit-code is 9 when something would change, with the way to mend it, and 0 otherwise', async () => {
    const { root } = await editedFolder();
    const differs = await kubehaus(['diff', '--exit-code', '-C', root]);
    expect(differs.exitCode).toBe(9);
    expect(differs.stdout).toContain('+++ b/cluster.lock.yaml');
    expect(differs.stderr).toContain('Run `kubehaus render` and commit what changes.');

    await kubehaus(['render', '-C', root]);
    const same = await kubehaus(['diff', '--exit-code', '-C', root]);
    expect(same).toEqual({ exitCode: 0, stdout: 'The rendered files are up to date.', stderr: '' });
  });

  it('is colourful on a terminal alone, unless NO_COLOR asks for none', async () => {
    const { root } = await folderWith();
    await kubehaus(['render', '-C', root]);
    await writeFile(join(root, 'rendered', 'stray'), 'of somebody\n');
    const command = commandLine(['diff', '-C', root]).map(quoted).join(' ');
    const onTerminal = (env: NodeJS.ProcessEnv) =>
      execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        env: { TERM: 'xterm', NO_COLOR: '', ...env },
        stdin: 'ignore',
      });
    const { stdout: colourful } = await onTerminal({});
    expect(colourful).toContain('\u001b[31m-of somebody\u001b[39m');
    expect(colourful).toContain('\u001b[1m--- a/rendered/stray\u001b[22m');
    expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toContain('\u001b[');
    expect((await kubehaus(['diff', '-C', root], { env: { TERM: 'xterm' } })).stdout).not.toContain(
      '\u001b[',
    );
  });
});
