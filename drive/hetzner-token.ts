import { z } from 'zod';
import { askHetzner, NoAnswer } from './hetzner-api.ts';

/**
 * Makes sure that there is a token and that Hetzner accepts it, before anything is written or made. Terraform would only
 * find out at the first change.
 *
 * When the API can't be asked from here (a proxy that only Terraform knows, no network), this says nothing: Terraform
 * tells better what is wrong with the connection.
 */
export async function checkToken(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await askHetzner(env, '/locations?per_page=1', z.unknown());
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/** The environment without what only Terraform may see. */
export function withoutToken(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { HCLOUD_TOKEN: _token, ...rest } = env;
  return rest;
}
