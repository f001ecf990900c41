import { z } from 'zod';
import { missingToken, wrongToken } from './errors.ts';

/** Hetzner's API; the provider takes another one from HCLOUD_ENDPOINT as well. */
const DEFAULT_ENDPOINT = 'https://api.hetzner.cloud/v1';

const PATIENCE_MS = 15_000;

/** Base URL of the API, without a slash at its end. */
function endpointOf(env: NodeJS.ProcessEnv): string {
  return (env['HCLOUD_ENDPOINT'] || DEFAULT_ENDPOINT).replace(/\/$/, '');
}

export function hasToken(env: NodeJS.ProcessEnv): boolean {
  return (env['HCLOUD_TOKEN'] ?? '').trim() !== '';
}

/** Hetzner could not be asked from here, or did not answer as documented. Its message says who was asked and what happened. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const errorAnswer = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Asks Hetzner's API: GET of a path below its base URL. Fails when there is no token or Hetzner does not accept it; throws
 * `NoAnswer` when no answer came, or one of another form.
 */
export async function askHetzner<T>(env: NodeJS.ProcessEnv, path: string, schema: z.ZodType<T>): Promise<T> {
  if (!hasToken(env)) throw missingToken();
  const endpoint = endpointOf(env);
  const asked = `${endpoint}${path.replace(/\?.*/, '')}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${endpoint}${path}`, {
      headers: { Authorization: `Bearer ${env['HCLOUD_TOKEN']}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new NoAnswer(`${asked}: ${reasonOf(error)}${proxyHint(env)}`);
  }
  if (response.status === 401 || response.status === 403)
    throw wrongToken(endpoint, `${response.status} ${response.statusText}`);
  const body = parsed(text);
  if (!response.ok) {
    const refused = errorAnswer.safeParse(body);
    const words = refused.success
      ? `${refused.data.error.message} (${refused.data.error.code})`
      : response.statusText;
    throw new NoAnswer(`${asked} answered ${response.status}: ${words}`);
  }
  const answer = schema.safeParse(body);
  if (!answer.success) throw new NoAnswer(`${asked} answered something else than Hetzner's API does`);
  return answer.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Node's own message is "fetch failed"; what happened is its cause, one for each address that was tried. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} s`;
  if (cause instanceof AggregateError)
    return cause.errors.map((one: unknown) => (one as Error).message).join('; ');
  return cause instanceof Error ? cause.message : message;
}

/** https://nodejs.org/api/cli.html#node_use_env_proxy1 */
function proxyHint(env: NodeJS.ProcessEnv): string {
  const name = ['HTTPS_PROXY', 'https_proxy'].find((one) => (env[one] ?? '') !== '');
  if (name === undefined || env['NODE_USE_ENV_PROXY'] === '1') return '';
  return `. ${name} is set, and Node.js uses it only with NODE_USE_ENV_PROXY=1, from versions 22.21 and 24 on`;
}
