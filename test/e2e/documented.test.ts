import { execa } from 'execa';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringUp } from '../../lab/bring-up.ts';
import { removeLab, traces } from '../../lab/clear.ts';
import { adaptedTo } from '../../lab/cluster.ts';
import { readEnvironment } from '../../lab/environment.ts';
import { inControlNamespace } from '../../lab/network/namespaces.ts';
import { sshPublicKey } from '../../lab/ssh-key.ts';
import { labNamed } from '../../lab/state.ts';
import { blocks, pageNamed } from '../docs/pages.ts';
import { ROOT } from '../render/scenarios.ts';

/** What `npm link` gives, without npm's global folder. */
async function linkedIn(home: string): Promise<string> {
  const prefix = join(home, 'npm');
  await execa('npm', ['link', '--ignore-scripts'], { cwd: ROOT, env: { npm_config_prefix: prefix } });
  return join(prefix, 'bin');
}

describe('docs/getting-started.md and docs/rerunning.md, command by command', () => {
  const lab = labNamed('e2edocs');
  let home: string;
  let env: Record<string, string | undefined>;

  /** Runs a page's block as a user in a shell who says yes to what is asked. */
  async function shell(cwd: string, commands: string): Promise<string> {
    const [program, ...args] = inControlNamespace(lab, ['bash', '-e', '-c', commands]);
    const ended = await execa(program, args, {
      cwd,
      env,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: 'ignore',
    });
    expect(ended.exitCode, ended.all).toBe(0);
    return stripVTControlCharacters(ended.all);
  }

  beforeAll(async () => {
    await removeLab(lab);
    await bringUp(lab);
    home = await mkdtemp(join(tmpdir(), 'kubehaus-docs-'));
    await mkdir(join(home, '.ssh'));
    await writeFile(join(home, '.ssh/id_ed25519.pub'), await sshPublicKey(lab));
    await writeFile(join(home, '.gitconfig'), '[user]\n  name = You\n  email = you@example.org\n');
    const consenting = join(home, 'bin');
    await mkdir(consenting);
    const program = join(await linkedIn(home), 'kubehaus');
    await writeFile(
      join(consenting, 'kubehaus'),
      `#!/bin/sh\ncase $1 in up | destroy) set -- "$@" --yes ;; esac\nexec ${program} "$@"\n`,
    );
    await chmod(join(consenting, 'kubehaus'), 0o755);
    env = {
      ...(await readEnvironment(lab)),
      PATH: [consenting, join(ROOT, '.venv/bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      CHECKPOINT_DISABLE: '1',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    await execa('git', ['init', '--quiet', home]);
  });
  afterAll(async () => {
    await removeLab(lab);
    expect(await traces(lab)).toEqual([]);
    await rm(home, { recursive: true, force: true });
  });

  it('leads from nothing to a small cluster, from there to three masters, and back to nothing', async () => {
    const [begin, up, use, commit, grow, remove, ...more] = blocks(
      await pageNamed('getting-started.md'),
      'sh',
    );
    const byHand = blocks(await pageNamed('rerunning.md'), 'sh');
    expect(more).toEqual([]);
    const folder = join(home, 'clusters/prod');

    expect(await shell(home, begin ?? '')).toMatch(/level 1: one master and workers/);
    const file = join(folder, 'cluster.yaml');
    await writeFile(file, await adaptedTo(lab, await readFile(file, 'utf8')));

    await shell(folder, up ?? '');
    expect(await shell(folder, use ?? '')).toMatch(/prod-worker-1 +Ready/);
    await shell(folder, commit ?? '');
    const started = async () =>
      shell(folder, 'kubehaus ssh prod-master-1 -- ps -C etcd,containerd,kubelet -o comm=,pid=,lstart=');
    const before = await started();
    expect(await shell(folder, grow ?? '')).toMatch(/prod-master-3 +Ready/);
    expect((await started()).split('\n').sort()).toEqual(before.split('\n').sort());

    // The blocks of one page are one session: the last leaves the folder that the first went to.
    const said = await shell(home, byHand.join('\n'));
    expect(said).not.toMatch(/changed=[1-9]/);
    expect(said.match(/PLAY RECAP/g)?.length).toBeGreaterThan(7);
    expect(said).toContain('No changes. Your infrastructure matches the configuration.');
    expect(await shell(folder, 'git status --short --untracked-files=all')).not.toMatch(/\.terraform\//);

    await shell(folder, remove ?? '');
  });
});

describe('docs/lab.md, command by command', () => {
  const lab = labNamed('try');
  let home: string;

  beforeAll(async () => {
    await removeLab(lab);
    home = await mkdtemp(join(tmpdir(), 'kubehaus-docs-'));
  });
  afterAll(async () => {
    await removeLab(lab);
    await rm(home, { recursive: true, force: true });
  });

  it('brings a lab and a cluster up, and leaves nothing', async () => {
    const prefix = join(home, 'npm');
    const ended = await execa('bash', ['-e', '-c', blocks(await pageNamed('lab.md'), 'sh').join('\n')], {
      cwd: ROOT,
      env: {
        npm_config_prefix: prefix,
        npm_config_ignore_scripts: 'true',
        PATH: [join(prefix, 'bin'), join(ROOT, '.venv/bin'), process.env['PATH']].join(delimiter),
        NO_COLOR: '1',
      },
      reject: false,
      all: true,
      stdin: 'ignore',
    });
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.all).toContain('Changed on 5 nodes of 5.');
    // Two servers in nbg1 for 20.01, three elsewhere for 12.34, with an address for 0.60 each, as the page has the lab told.
    expect(ended.all).toContain('Together EUR 80.04 a month');
    expect(ended.all).toMatch(
      /Under fault: demo-master-2\. All others saw:\n +Reads: .* the longest time without an answer was [0-4]\.\d\d s/,
    );
    expect(await traces(lab)).toEqual([]);
  });
});
