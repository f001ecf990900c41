import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startRegistry } from '../mirror/registry.ts';
import { filesBelow } from './input-hash.ts';
import { folderOf, type Component } from './component.ts';
import { programFinder, type ProgramFinder } from './files.ts';
import { writeOciLayout, type Image } from './oci-image.ts';
import { packageFile } from '../package-files.ts';
import type { KubernetesVersions } from './versions.ts';

export interface ImageSources {
  readonly versions: readonly KubernetesVersions[];
  /** The components whose programs go into images. */
  readonly programs: readonly Component[];
  /** nft and what it needs, laid out as in a root folder. */
  readonly nft: Component;
  readonly registry: Component;
}

/** A component whose folder is the storage of a registry that holds every image of the mirror. */
export function imagesComponent({ versions, programs, nft, registry }: ImageSources): Component {
  return {
    name: 'images',
    sources: [
      'builds/images.ts',
      'builds/oci-image.ts',
      'builds/archive.ts',
      'mirror/registry.ts',
      'mirror/registry.yaml',
    ].map((file) => packageFile(`lab/${file}`)),
    settings: [JSON.stringify(versions)],
    from: [...programs, nft, registry],
    make: async (into, run) => {
      const find = await programFinder([...programs, registry]);
      const images = imagesOf(versions, find, await rootMembers(await folderOf(nft)));
      const running = await startRegistry({
        program: find({ component: registry.name, name: 'registry' }),
        storage: into,
        address: '127.0.0.1',
        writable: true,
      });
      try {
        for (const image of images) {
          const layout = join(into, 'layout');
          await mkdir(layout);
          await writeOciLayout(layout, image, run);
          // Without --preserve-digests skopeo would compress the layers.
          const copy = ['copy', '--insecure-policy', '--preserve-digests', '--dest-tls-verify=false'];
          await run('skopeo', [...copy, `oci:${layout}`, `docker://${running.authority}/${image.reference}`]);
          await rm(layout, { recursive: true });
        }
      } finally {
        await running.stop();
      }
    },
  };
}

/** The images by the names and with the paths that upstream's have. */
function imagesOf(
  versions: readonly KubernetesVersions[],
  find: ProgramFinder,
  nft: Image['layers'][number],
): readonly Image[] {
  const one = (reference: string, component: string, name: string, folder = ''): Image => ({
    reference,
    layers: [[{ from: find({ component, name }), to: `${folder}/${name}` }]],
    entrypoint: `${folder}/${name}`,
  });
  const ofKubernetes = versions.flatMap(({ kubernetes, coredns, pause }) => {
    const own = (name: string): Image =>
      one(`registry.k8s.io/${name}:v${kubernetes}`, `kubernetes-${kubernetes}`, name, '/usr/local/bin');
    const proxy = own('kube-proxy');
    return [
      own('kube-apiserver'),
      own('kube-controller-manager'),
      own('kube-scheduler'),
      { ...proxy, layers: [nft, ...proxy.layers] },
      one(`registry.k8s.io/coredns/coredns:v${coredns}`, `coredns-${coredns}`, 'coredns'),
      one(`registry.k8s.io/pause:${pause}`, 'pause', 'pause'),
    ];
  });
  return [...ofKubernetes, one('kubehaus.test/probe:1', 'probe', 'probe')];
}

async function rootMembers(root: string): Promise<Image['layers'][number]> {
  const files = await filesBelow(root);
  return files.map((from) => ({ from, to: from.slice(root.length) }));
}
