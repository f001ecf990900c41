import { link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { folderOf, type Component } from './component.ts';

/**
 * A component whose folder is a `filesystem_mirror` of terraform with the hcloud provider in it, laid out as the section
 * "Explicit Installation Method Configuration" of terraform's documentation of its CLI configuration wants it.
 */
export function providerComponent(provider: Component, version: string): Component {
  const program = `terraform-provider-hcloud_v${version}`;
  const path = `registry.terraform.io/hetznercloud/hcloud/${version}/linux_amd64/${program}`;
  return {
    name: 'terraform-providers',
    sources: [],
    settings: [path],
    from: [provider],
    make: async (into) => {
      await mkdir(dirname(join(into, path)), { recursive: true });
      await link(join(await folderOf(provider), program), join(into, path));
    },
  };
}

/** terraform's CLI configuration that takes the provider from `mirror`, and has no other place to take any from. */
export function terraformCliConfig(mirror: string): string {
  return [
    'provider_installation {',
    '  filesystem_mirror {',
    `    path = ${JSON.stringify(mirror)}`,
    '  }',
    '}',
    '# Do not ask whether there is a newer terraform.',
    'disable_checkpoint = true',
    '',
  ].join('\n');
}
