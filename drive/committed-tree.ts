import { execa } from 'execa';
import type { Tree } from '../render/tree.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { missingTool, unknownCommit } from './errors.ts';
import { withoutToken } from './hetzner-token.ts';

/**
 * What stood in rendered/ in a commit (`main`, `HEAD^`, …), as far as it was committed: path below rendered/ → text. Empty when there
 * was no such folder. Fails when git is missing or knows no such commit here.
 */
export async function readCommittedTree(folder: ClusterFolder, commit: string): Promise<Tree> {
  const git = async (args: readonly string[], input = '') => {
    const ended = await execa('git', [...args], {
      cwd: folder.root,
      input,
      encoding: 'buffer',
      env: withoutToken(process.env),
      extendEnv: false,
      reject: false,
    });
    if (ended.code === 'ENOENT') throw missingTool(['git'], 'Install git, or leave --since out.');
    if (ended.failed) throw unknownCommit(commit, Buffer.from(ended.stderr).toString().trim());
    return Buffer.from(ended.stdout);
  };
  // Paths count from the cluster's folder, not from the repository's.
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', commit, '--', 'rendered/']);
  const paths = listed.toString().split('\0').filter(Boolean);
  const objects = await git(['cat-file', '--batch'], paths.map((path) => `${commit}:./${path}\n`).join(''));

  // Each object: `<id> <type> <size>\n`, its bytes, and a line break (https://git-scm.com/docs/git-cat-file#_batch_output).
  let at = 0;
  return new Map(
    paths.map((path) => {
      const from = objects.indexOf('\n', at) + 1;
      const size = Number(objects.subarray(at, from).toString().trim().split(' ')[2]);
      at = from + size + 1;
      return [path.slice('rendered/'.length), objects.subarray(from, from + size).toString()];
    }),
  );
}
