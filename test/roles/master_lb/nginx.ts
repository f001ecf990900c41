import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../../render/scenarios.ts';

export interface Nginx {
  readonly program: string;
  /** The stream module, a file of its own in Debian. */
  readonly streamModule: string;
}

const below = (root: string): Nginx => ({
  program: join(root, 'usr/sbin/nginx'),
  streamModule: join(root, 'usr/lib/nginx/modules/ngx_stream_module.so'),
});
const complete = (nginx: Nginx): boolean => existsSync(nginx.program) && existsSync(nginx.streamModule);

/** Debian's nginx: the machine's own, else its packages unpacked into a cache, which needs no root. */
export async function debianNginx(): Promise<Nginx> {
  const installed = below('/');
  if (complete(installed)) return installed;
  const folder = join(ROOT, 'node_modules/.cache/kubehaus-nginx');
  if (!complete(below(folder))) {
    const stage = `${folder}.${process.pid}`;
    mkdirSync(stage, { recursive: true });
    await execa('apt-get', ['download', 'nginx', 'libnginx-mod-stream'], { cwd: stage });
    for (const name of readdirSync(stage).filter((file) => file.endsWith('.deb'))) {
      await execa('dpkg', ['-x', join(stage, name), stage]);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(stage, folder);
  }
  return below(folder);
}
