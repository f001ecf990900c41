import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { built, folderOf } from '../builds/component.ts';
import { goComponent } from '../builds/go-module.ts';
import { goVersion } from '../builds/go-version.ts';
import { hashOf } from '../builds/input-hash.ts';
import { withLock } from '../builds/lock.ts';
import { runWithLog, type Run } from '../builds/logged-command.ts';
import { wireguardPrograms } from '../builds/programs.ts';
import { note } from '../builds/progress.ts';
import { parsePackages } from '../machine-needs.ts';
import { packageFile } from '../package-files.ts';

/** What Debian's own installer writes; the hosts get it too, where it leads nowhere until a mirror is set. */
const sources = [
  'deb http://deb.debian.org/debian bookworm main',
  'deb http://deb.debian.org/debian bookworm-updates main',
  'deb http://deb.debian.org/debian-security bookworm-security main',
];

/** What would only wait for hardware, or for servers that a lab does not have. */
const masked = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'console-getty.service',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'systemd-remount-fs.service',
  'systemd-udevd.service',
];

const enabled = ['lab-host.service'];

/**
 * The root folder of the hosts' image, which is like Hetzner's debian-12. It is made when the cache has none of this recipe
 * (a minute, from Debian's archive), and never changed: hosts lay their disks over it.
 */
export async function buildHostImage(cache: string): Promise<string> {
  const recipe = packageFile('lab/host-image');
  const files = ['files', 'packages'].map((name) => join(recipe, name));
  const wireguard = goComponent(wireguardPrograms, await goVersion());
  const settings = [...sources, ...masked, ...enabled, basename(await folderOf(wireguard))];
  const hash = await hashOf({ files, root: recipe, settings });
  const folder = join(cache, `host-image-${hash}`);
  if (existsSync(folder)) return join(folder, 'root');
  await mkdir(cache, { recursive: true });
  await withLock(
    join(cache, 'host-image.lock'),
    () => note('waiting for another build of the hosts’ image'),
    async () => {
      if (!existsSync(folder))
        await build(recipe, await built(wireguard), folder, join(cache, 'host-image.log'));
    },
  );
  return join(folder, 'root');
}

async function build(recipe: string, programs: string, folder: string, log: string): Promise<void> {
  note('building the hosts’ image (a minute or two)');
  const run = runWithLog(log);
  const unfinished = `${folder}.unfinished`;
  await removeTree(run, unfinished);
  await mkdir(unfinished);
  const root = join(unfinished, 'root');
  const packages = parsePackages(await readFile(join(recipe, 'packages'), 'utf8'));
  await run('mmdebstrap', [
    '--mode=root',
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    '',
    root,
    ...sources,
  ]);
  await makeHostsDiffer(root);
  await cp(join(recipe, 'files'), root, { recursive: true });
  await cp(programs, join(root, 'usr/local/bin'), { recursive: true });
  await run('systemctl', [`--root=${root}`, 'enable', ...enabled]);
  await run('systemctl', [`--root=${root}`, 'mask', ...masked]);
  await rename(unfinished, folder);
}

/** Each host makes its own of these when it boots first. */
async function makeHostsDiffer(root: string): Promise<void> {
  const { stdout } = await execa('find', [join(root, 'etc/ssh'), '-name', 'ssh_host_*']);
  for (const file of stdout.split('\n').filter(Boolean)) await rm(file);
  await writeFile(join(root, 'etc/machine-id'), '');
}

/** Never into another file system: a build that was cut off may have left the machine's own /proc or /dev mounted in there. */
async function removeTree(run: Run, folder: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', folder]);
}
