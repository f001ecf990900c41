import { createHash } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTar, type Member } from './archive.ts';
import { sha256 } from './files.ts';
import type { Run } from './logged-command.ts';

/** An image: what lies in it, and which program it runs. */
export interface Image {
  /** `<upstream host>/<repository>:<tag>` */
  readonly reference: string;
  readonly layers: readonly (readonly Member[])[];
  readonly entrypoint: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Writes an image in the OCI image layout (image-layout.md of the OCI image specification). Layers are not compressed: to unpack
 * them takes a host's processor longer than to fetch them from the same machine. There is no date in it; the same files give
 * the same digest.
 */
export async function writeOciLayout(folder: string, image: Image, run: Run): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });

  const layers: Descriptor[] = [];
  for (const members of image.layers) layers.push(await writeLayer(blobs, members, run));
  const config = await writeJson(blobs, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: [image.entrypoint], Env: [`PATH=${path}`], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await writeJson(blobs, mediaType, { schemaVersion: 2, mediaType, config, layers });

  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

async function writeLayer(blobs: string, members: readonly Member[], run: Run): Promise<Descriptor> {
  const archive = join(blobs, 'layer.tar');
  await writeTar(archive, '.', members, run);
  const hex = await sha256(archive);
  await rename(archive, join(blobs, hex));
  const { size } = await stat(join(blobs, hex));
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${hex}`, size };
}

async function writeJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const text = JSON.stringify(value);
  const hex = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, hex), text);
  return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}
