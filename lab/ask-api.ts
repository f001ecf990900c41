import { execa } from 'execa';
import { labToken } from './api/files.ts';
import { environmentOfRunning } from './environment.ts';
import { apiAddress } from './network/addresses.ts';
import { inControlNamespace } from './network/namespaces.ts';
import type { Lab } from './state.ts';

/**
 * Asks the API of a lab that is up, from its network. `path` is the whole one, such as `/_lab/faults`. Returns the answer as data,
 * undefined when there is none. Fails with the API's own words when it refuses.
 */
export async function askApi(
  lab: Lab,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  await environmentOfRunning(lab);
  const [program, ...args] = inControlNamespace(lab, [
    'curl',
    ...['--silent', '--show-error', '--noproxy', '*', '--max-time', '60', '--request', method],
    // The token comes by stdin: arguments can be read by everybody on the machine.
    ...['--header', '@-'],
    ...(body === undefined ? [] : ['--json', JSON.stringify(body)]),
    `http://${apiAddress}${path}`,
  ]);
  const { stdout } = await execa(program, args, { input: `Authorization: Bearer ${labToken(lab)}\n` });
  const answer: unknown = stdout === '' ? undefined : JSON.parse(stdout);
  const { error } = (answer ?? {}) as { error?: { code: string; message: string } };
  if (error !== undefined) throw new Error(`The lab's API refuses: ${error.message} (${error.code})`);
  return answer;
}
