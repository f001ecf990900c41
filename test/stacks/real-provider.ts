import { execa } from 'execa';
import { buildProvider } from '../../lab/builds/build.ts';

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
    env: { ...(await terraformEnvironment()), ...environment },
  });
}

/** Environment in which terraform, and what runs it, takes the provider from the lab's builds. */
export async function terraformEnvironment(): Promise<Record<string, string>> {
  return {
    TF_CLI_CONFIG_FILE: process.env.KUBEHAUS_TF_CLI_CONFIG ?? (await buildProvider()),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
  };
}
