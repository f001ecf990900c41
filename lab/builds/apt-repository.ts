import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, type Component } from './component.ts';
import type { Run } from './logged-command.ts';
import { packageFile } from '../package-files.ts';

const suite = 'bookworm';
const pool = 'pool/main';
const debian = 'http://deb.debian.org';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const sources = [`debian ${suite}`, `debian ${suite}-updates`, `debian-security ${suite}-security`];

/** Lists of the packages that hosts have or get. */
const lists = ['lab/host-image/packages', 'lab/builds/host-packages'].map(packageFile);

/**
 * A component whose folder is an apt repository, signed by a key of its own (`key.asc`): what hosts are installed from, and all
 * that they get later, with the whole of what those depend on. Nothing of it is left out because a host already has it, so
 * that it serves any host, and a host's image can be made from it.
 *
 * It is a snapshot: what Debian publishes later gets in when the lists change, or when the cache is removed.
 */
export const aptRepository: Component = {
  name: 'apt',
  sources: [...lists, packageFile('lab/builds/apt-repository.ts')],
  settings: [],
  from: [],
  make: async (into, run) => {
    await mkdir(join(into, pool), { recursive: true });
    await download(join(into, pool), run);
    await writeIndex(into, run);
    await sign(into, run);
  },
};

/** The folder with the packages themselves, once the repository is built. */
export async function poolOf(repository: Component): Promise<string> {
  return join(await folderOf(repository), pool);
}

/** Each line of a list is a set that can be installed together; packages that exclude each other stand on lines of their own. */
export function packageSets(list: string): readonly (readonly string[])[] {
  const lines = list.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '').map((line) => line.split(/\s+/));
}

/**
 * Lets apt itself find the dependencies, with states and lists of its own and no package installed: so the result does not
 * depend on what this machine has. Apt's settings for this machine (a proxy, say) hold.
 */
async function download(packages: string, run: Run): Promise<void> {
  const state = join(packages, '.apt');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(packages, 'partial'));
  await writeFile(join(state, 'status'), '');
  await writeFile(
    join(state, 'sources.list'),
    sources.map((source) => `deb [signed-by=${keyring}] ${debian}/${source} main\n`).join(''),
  );
  const options = Object.entries({
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::Status': join(state, 'status'),
    'Dir::State::Extended_States': join(state, 'extended_states'),
    'Dir::Cache::Archives': packages,
    'Dir::Cache::PkgCache': '',
    'Dir::Cache::SrcPkgCache': '',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
    'APT::Install-Recommends': 'false',
    'APT::Architecture': 'amd64',
    // Apt would give up root to fetch, and then can't write to a folder of root's home.
    'APT::Sandbox::User': 'root',
  }).map(([name, value]) => `--option=${name}=${value}`);

  await run('apt-get', [...options, '--quiet', 'update']);
  for (const set of await installations()) {
    await run('apt-get', [...options, '--quiet', '--yes', '--download-only', 'install', ...set]);
  }
  await rm(state, { recursive: true });
  for (const name of await readdir(packages)) {
    if (!name.endsWith('.deb')) await rm(join(packages, name), { recursive: true });
    else await rename(join(packages, name), join(packages, poolName(name)));
  }
}

/**
 * A package's name in a repository from its name in apt's cache. There, what means something in URLs is escaped, which a
 * server would undo; and the epoch is part of the name, which in Debian's own pool it isn't.
 */
export function poolName(cached: string): string {
  return decodeURIComponent(cached).replace(/_\d+:/, '_');
}

/** What debootstrap's minbase takes and the image's packages make one installation; the other sets come on top of it. */
async function installations(): Promise<readonly (readonly string[])[]> {
  const [image, hosts] = await Promise.all(
    lists.map(async (list) => packageSets(await readFile(list, 'utf8'))),
  );
  if (image === undefined || hosts === undefined) throw new Error('no lists of packages');
  const base = ['?essential', '?priority(required)', 'apt', ...image.flat()];
  return [base, ...hosts];
}

async function writeIndex(into: string, run: Run): Promise<void> {
  const index = `dists/${suite}/main/binary-amd64`;
  await mkdir(join(into, index), { recursive: true });
  await writeFile(
    join(into, index, 'Packages'),
    await run('apt-ftparchive', ['packages', pool], { cwd: into }),
  );
  await run('gzip', ['-9', '--keep', '--no-name', 'Packages'], { cwd: join(into, index) });

  const fields = {
    Origin: 'kubehaus lab',
    Label: 'kubehaus lab',
    Suite: suite,
    Codename: suite,
    Components: 'main',
  };
  const options = Object.entries({ ...fields, Architectures: 'amd64' }).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  const release = await run('apt-ftparchive', [...options, 'release', `dists/${suite}`], { cwd: into });
  await writeFile(join(into, 'dists', suite, 'Release'), `${release}\n`);
}

/** Signs with a key that is made for this one purpose and then thrown away. */
async function sign(into: string, run: Run): Promise<void> {
  // A folder with a short path: gpg's agent has a socket in it, and a socket's path has at most 107 characters.
  const home = await mkdtemp(join(tmpdir(), 'kh-gpg-'));
  const gpg = ['--homedir', home, '--batch', '--yes'];
  const release = join(into, 'dists', suite, 'Release');
  try {
    await run('gpg', [
      ...gpg,
      '--passphrase',
      '',
      '--quick-generate-key',
      'kubehaus lab mirror',
      'ed25519',
      'sign',
      'never',
    ]);
    await run('gpg', [...gpg, '--clearsign', '--output', join(into, 'dists', suite, 'InRelease'), release]);
    await run('gpg', [...gpg, '--detach-sign', '--armor', '--output', `${release}.gpg`, release]);
    await run('gpg', [...gpg, '--armor', '--output', join(into, 'key.asc'), '--export']);
  } finally {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  }
}
