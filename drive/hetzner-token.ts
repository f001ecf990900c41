import { missingToken, wrongToken } from './errors.ts';

/** Hetzner's API; the provider takes another one from HCLOUD_ENDPOINT as well. */
const DEFAULT_ENDPOINT = 'https://api.hetzner.cloud/v1';

const PATIENCE_MS = 15_000;

/**
 * Makes sure that there is a token and that Hetzner accepts it, before anything is written or made. Terraform would only
 * find out at the first change.
 *
 * When the API can't be asked from here (a proxy that only Terraform knows, no network), this says nothing: Terraform
 * tells better what is wrong with the connection.
 */
export async function checkToken(env: NodeJS.ProcessEnv): Promise<void> {
  const token = env['HCLOUD_TOKEN'];
  if (token === undefined || token.trim() === '') throw missingToken();
  const endpoint = endpointOf(env);
  let response: Response;
  try {
    response = await fetch(`${endpoint}/locations?per_page=1`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return;
  }
  await response.body?.cancel();
  if (response.status === 401 || response.status === 403) {
    throw wrongToken(endpoint, `${response.status} ${response.statusText}`);
  }
}

/** Base URL of the API, without a slash at its end. */
export function endpointOf(env: NodeJS.ProcessEnv): string {
  return (env['HCLOUD_ENDPOINT'] ?? DEFAULT_ENDPOINT).replace(/\/$/, '');
}

/** The environment without what only Terraform may see. */
export function withoutToken(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { HCLOUD_TOKEN: _token, ...rest } = env;
  return rest;
}
