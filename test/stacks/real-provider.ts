import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../lab/builds/cache-folder.ts';
import { built, buildsFolder, folderOf } from '../../lab/builds/component.ts';
import { goComponent } from '../../lab/builds/go-module.ts';
import { goVersion } from '../../lab/builds/go-version.ts';
import { withLock } from '../../lab/builds/lock.ts';
import { providerPrograms } from '../../lab/builds/programs.ts';
import { providerComponent, terraformCliConfig } from '../../lab/builds/provider.ts';
import { readVersions } from '../../lab/builds/versions.ts';

/**
 * Runs the real terraform with the real hcloud provider in `folder`.
 *
 * The provider is the lab's own build, made now if the cache does not have it (a minute); KUBEHAUS_TF_CLI_CONFIG names a
 * terraform CLI configuration to use instead.
 */
export async function terraform(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  return execa('terraform', args, {
    cwd: folder,
    env: { ...(await terraformEnvironment(folder)), ...environment },
  });
}

/** Environment in which terraform, and what runs it, takes the provider from the lab's builds; writes to `folder`. */
export async function terraformEnvironment(folder: string): Promise<Record<string, string>> {
  const given = process.env.KUBEHAUS_TF_CLI_CONFIG;
  const file = given ?? join(folder, 'terraform.rc');
  if (given === undefined) await writeFile(file, terraformCliConfig(await providerMirror()));
  return { TF_CLI_CONFIG_FILE: file, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
}

async function providerMirror(): Promise<string> {
  const versions = await readVersions();
  const provider = goComponent(providerPrograms(versions), await goVersion());
  const mirror = providerComponent(provider, versions.hcloudProvider);
  const folder = await folderOf(mirror);
  // Most of the time it is there, and nobody needs to wait for another process that builds something else.
  if (existsSync(folder)) return folder;
  await mkdir(buildsFolder(), { recursive: true });
  return withLock(
    join(cacheFolder(), 'builds.lock'),
    () => undefined,
    () => built(mirror),
  );
}
