import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aptRepository } from './apt-repository.ts';
import { cacheFolder } from './cache-folder.ts';
import { built, folderOf, type Component } from './component.ts';
import { fileLayout } from './file-layout.ts';
import { filesComponent } from './files.ts';
import { goComponent, type GoPrograms } from './go-module.ts';
import { goVersion } from './go-version.ts';
import { imagesComponent } from './images.ts';
import { nftComponent } from './nft.ts';
import * as programs from './programs.ts';
import { providerComponent, terraformCliConfig } from './provider.ts';
import { readVersions, type Versions } from './versions.ts';

/** What a built mirror holds, by path. */
export interface MirrorPaths {
  /** The folder that `lab/mirror/main.ts --mirror` takes; all of the following lie in it. */
  readonly folder: string;
  /** `<host>/<path>` for each official URL, and SHA256SUMS. */
  readonly files: string;
  /** The apt repository, and the key that it is signed with: key.asc. */
  readonly apt: string;
  /** The storage of the registry. */
  readonly images: string;
  /** The registry itself. */
  readonly registry: string;
  /** For `TF_CLI_CONFIG_FILE`: terraform then takes the hcloud provider from the mirror and asks nobody. */
  readonly terraformCliConfig: string;
}

/**
 * Builds all that a lab's hosts install, unless it is in the cache, and answers where it lies. What was built stays; only what
 * its inputs (sources here, versions, the Go toolchain) have changed for is built again. Interrupted, it goes on from the last
 * component that was finished. Of several processes, one builds a component and the others wait for it.
 */
export async function buildMirror(): Promise<MirrorPaths> {
  return pathsOf(await built(await mirrorComponent()));
}

/**
 * Builds nothing but the hcloud provider, which tests need that start no lab, and answers the path of a terraform CLI
 * configuration that takes it from here. Keeps to the same rules as {@link buildMirror}, which builds it, too.
 */
export async function buildProvider(): Promise<string> {
  return join(await built(terraformComponent(await readVersions(), await goVersion())), terraformRc);
}

const terraformRc = 'terraform.rc';

function terraformComponent(versions: Versions, toolchain: string): Component {
  const providers = providerComponent(
    goComponent(programs.providerPrograms(versions), toolchain),
    versions.hcloudProvider,
  );
  return {
    name: 'terraform',
    sources: [],
    // The path in the configuration is absolute.
    settings: [cacheFolder(), terraformCliConfig('')],
    from: [providers],
    make: async (into) => writeFile(join(into, terraformRc), terraformCliConfig(await folderOf(providers))),
  };
}

function pathsOf(folder: string): MirrorPaths {
  return {
    folder,
    files: join(folder, 'files'),
    apt: join(folder, 'apt'),
    images: join(folder, 'images'),
    registry: join(folder, 'registry'),
    terraformCliConfig: join(folder, terraformRc),
  };
}

/**
 * Builds nothing but the apt repository, and answers its folder. It also holds all that a host's image is made from, so that
 * image and later installations can come from one state of Debian.
 */
export async function buildAptRepository(): Promise<string> {
  return built(aptRepository);
}

async function mirrorComponent(): Promise<Component> {
  const versions = await readVersions();
  const toolchain = await goVersion();
  const go = (described: GoPrograms): Component => goComponent(described, toolchain);

  const kubernetes = versions.kubernetes.map((version) =>
    go(programs.kubernetesPrograms(version.kubernetes)),
  );
  const coredns = versions.kubernetes.map((version) => go(programs.corednsPrograms(version.coredns)));
  const [etcd, runc] = [go(programs.etcdPrograms), go(programs.runcPrograms)];
  const cni = programs.cniPrograms(versions);

  const files = filesComponent(fileLayout(versions, Object.keys(cni.programs)), [
    ...kubernetes,
    etcd,
    go(programs.containerdPrograms(versions)),
    runc,
    go(cni),
  ]);
  const registry = go(programs.registryPrograms);
  const images = imagesComponent({
    versions: versions.kubernetes,
    programs: [...kubernetes, ...coredns, go(programs.pausePrograms), go(programs.probePrograms)],
    nft: nftComponent(aptRepository),
    registry,
  });
  const terraform = terraformComponent(versions, toolchain);
  return {
    name: 'mirror',
    sources: [],
    // The links are absolute.
    settings: [cacheFolder()],
    from: [files, aptRepository, images, registry, terraform],
    make: async (into) => {
      const paths = pathsOf(into);
      await symlink(await folderOf(files), paths.files);
      await symlink(await folderOf(aptRepository), paths.apt);
      await symlink(await folderOf(images), paths.images);
      await symlink(join(await folderOf(registry), 'registry'), paths.registry);
      await symlink(join(await folderOf(terraform), terraformRc), paths.terraformCliConfig);
    },
  };
}
