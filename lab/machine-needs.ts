import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { packageFile } from './package-files.ts';

/** What the lab itself runs; lab/debian-packages has what they come in. */
const programs = [
  'curl',
  'flock',
  'ip',
  'mkfs.ext4',
  'mmdebstrap',
  'mount',
  'nft',
  'nsenter',
  'sysctl',
  'systemctl',
  'systemd-nspawn',
  'unshare',
];

/** Throws unless this is a machine, and a user, that a lab can run on and as; it says what is missing, all of it. */
export async function requireMachine(): Promise<void> {
  const problems: string[] = [];
  if (process.platform !== 'linux') problems.push('The lab needs Linux: its hosts are containers.');
  if (process.getuid?.() !== 0)
    problems.push('The lab needs root: it makes network namespaces, cgroups and mounts.');
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    const packages = parsePackages(await readFile(packageFile('lab/debian-packages'), 'utf8'));
    problems.push(`Not installed: ${missing.join(', ')}. On Debian: apt-get install ${packages.join(' ')}`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Reads a list of packages: one a line; `#` begins a remark. */
export function parsePackages(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter(Boolean);
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
