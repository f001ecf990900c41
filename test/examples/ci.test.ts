import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { kubehausProgram } from '../../cli/program.ts';
import { kubehausInPath } from '../cli/kubehaus-in-path.ts';
import { kubehaus } from '../cli/kubehaus.ts';
import { folderWith, temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { ROOT } from '../render/scenarios.ts';

// Each call of kubehaus is a process of its own; on a busy machine it takes seconds to start.
vi.setConfig({ testTimeout: 180_000 });

interface Job {
  readonly file: string;
  /** What installs kubehaus, and what is done with it, as a shell gets it. */
  readonly install: string;
  readonly review: string;
  readonly env: Readonly<Record<string, string>>;
  /** Program by which the job talks to the API, and what says in its arguments that a comment is made or written anew. */
  readonly client: string;
  readonly creates: string;
  readonly updates: string;
}

async function githubJob(): Promise<Job> {
  const { jobs, env } = parse(await readFile(join(ROOT, 'examples/ci/github.yml'), 'utf8')) as {
    jobs: Record<string, { steps: { run?: string }[] }>;
    env: Record<string, string>;
  };
  const [install = '', ...review] = Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  );
  return {
    file: 'github.yml',
    install,
    review: review.join('\n'),
    env: { ...env, GITHUB_REPOSITORY: 'example/clusters', NUMBER: '7' },
    client: 'gh',
    creates: '--method POST repos/example/clusters/issues/7/comments ',
    updates: '--method PATCH repos/example/clusters/issues/comments/42 ',
  };
}

async function gitlabJob(): Promise<Job> {
  const { kubehaus } = parse(await readFile(join(ROOT, 'examples/ci/gitlab.yml'), 'utf8')) as {
    kubehaus: { before_script: string[]; script: string[]; variables: Record<string, string> };
  };
  return {
    file: 'gitlab.yml',
    install: kubehaus.before_script.join('\n'),
    review: kubehaus.script.join('\n'),
    env: {
      ...kubehaus.variables,
      CI_API_V4_URL: 'https://gitlab.example/api/v4',
      CI_MERGE_REQUEST_PROJECT_ID: '3',
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD^',
      KUBEHAUS_COMMENT_TOKEN: 'a-token',
    },
    client: 'curl',
    creates: '--request POST https://gitlab.example/api/v4/projects/3/merge_requests/7/notes ',
    updates: '--request PUT https://gitlab.example/api/v4/projects/3/merge_requests/7/notes/42 ',
  };
}

const jobs = [await githubJob(), await gitlabJob()];

/**
 * Stands for gh or curl: notes its arguments and the text of the comment that it is given, and answers a question for the
 * comments with those of the file `comments`.
 */
const CLIENT = `#!/bin/bash
folder=$(dirname "$0")
echo "$*" >> "$folder/calls"
output=
while [ $# -gt 0 ]; do
  case "$1" in
    body=@*) cat "\${1#body=@}" > "$folder/comment" ;;
    body@*) cat "\${1#body@}" > "$folder/comment" ;;
    --output) output=$2 ;;
  esac
  shift
done
if [ -n "$output" ]; then cp "$folder/comments" "$output"; else cat "$folder/comments"; fi
`;

/** Makes a folder what CI gets: a clone whose newest commit is the merge, with the one before it. */
async function checkOut(folder: string): Promise<void> {
  if (existsSync(join(folder, '.git'))) return;
  const git = (...args: readonly string[]) =>
    execa('git', ['-c', 'user.name=You', '-c', 'user.email=you@example.org', ...args], { cwd: folder });
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'The cluster');
  await git('commit', '--quiet', '--allow-empty', '--message', 'A change');
}

describe.each(jobs)('examples/ci/$file', ({ install, review, env, client, creates, updates }) => {
  /** Does what the job does once kubehaus is installed. */
  async function run(cluster: string, comments: readonly object[] = []) {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', client), CLIENT, { mode: 0o755 });
    await writeFile(join(folder, 'bin', 'comments'), JSON.stringify(comments));
    await checkOut(cluster);
    const { exitCode, all } = await execa('bash', ['-e', '-o', 'pipefail', '-c', review], {
      env: {
        ...env,
        KUBEHAUS_CLUSTER: cluster,
        RUNNER_TEMP: folder,
        TMPDIR: folder,
        PATH: `${join(folder, 'bin')}:${await kubehausInPath()}`,
      },
      all: true,
      reject: false,
    });
    const read = async (name: string) =>
      existsSync(join(folder, 'bin', name)) ? readFile(join(folder, 'bin', name), 'utf8') : '';
    return { exitCode, all, calls: await read('calls'), comment: await read('comment') };
  }

  it('calls kubehaus as the program knows it', () => {
    const calls = review
      .split('\n')
      .flatMap((line) => /^\s*kubehaus ([^>|&]*)/.exec(line)?.[1]?.trim() ?? []);
    expect(calls.map((call) => call.replace(/(--since) \S+/, '$1'))).toEqual([
      'plan --since',
      'diff --exit-code',
    ]);
    for (const call of calls) {
      const [name, ...words] = call.split(' ');
      const flags = words.filter((word) => word.startsWith('--'));
      const command = kubehausProgram().commands.find((one) => one.name() === name);
      expect(command?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(flags));
    }
  });

  it('installs a pinned version, with the packages of its lock file', () => {
    expect(install).toContain('--branch "$KUBEHAUS_VERSION" "$KUBEHAUS_REPOSITORY"');
    expect(env['KUBEHAUS_VERSION']).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(install).toMatch(/npm ci\b[^]*npm link\b/);
  });

  it('comments with the plan, and writes the same comment anew after another push', async () => {
    const { root } = await folderWith();
    await kubehaus(['render', '-C', root]);
    const first = await run(root, [{ id: 41, user: { login: 'somebody' }, body: 'Looks good' }]);
    expect(first.exitCode).toBe(0);
    expect(first.all).toContain('The rendered files are up to date.');
    expect(first.calls).toContain(creates);
    expect(first.comment).toContain('Cluster prod, level 3');
    expect(first.comment).toMatch(/```text\nCluster[^`]*\n```\n$/);

    const body = first.comment;
    const second = await run(root, [{ id: 42, user: { login: 'github-actions[bot]' }, body }]);
    expect(second.exitCode).toBe(0);
    expect(second.calls).toContain(updates);
    expect(second.calls).not.toContain(creates);
    expect(second.calls).not.toContain('a-token');
  });

  it('fails and shows the difference when somebody forgot to render', async () => {
    const { root, rendered } = await folderWith();
    await kubehaus(['render', '-C', root]);
    await rm(join(rendered, 'ansible', 'etcd.yml'));
    const { exitCode, all, comment } = await run(root);
    expect(exitCode).toBe(9);
    expect(all).toContain('+++ b/rendered/ansible/etcd.yml');
    expect(all).toContain('Run `kubehaus render` and commit what changes.');
    expect(comment).toContain('Cluster prod');
  });

  it('fails and says what is wrong when cluster.yaml is', async () => {
    const { root } = await folderWith('name: Prod\n');
    const { exitCode, all } = await run(root);
    expect(exitCode).toBe(3);
    expect(all).toContain('"Prod" is not a DNS label');
  });
});
