import { Command, InvalidArgumentError } from 'commander';
import { nspawnMachines } from '../hosts/nspawn-machines.ts';
import { labNamed } from '../state.ts';
import { apiFiles, labToken } from './files.ts';
import { buildApi } from './server.ts';
import { fileStore } from './state/store.ts';

interface Options {
  readonly listen: { readonly host: string; readonly port: number };
  readonly lab: string;
}

function addressOf(listen: string): Options['listen'] {
  const [, host, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
  if (host === undefined || port === undefined)
    throw new InvalidArgumentError('It is ADDRESS:PORT, such as 192.0.2.1:80.');
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/**
 * What the log has of a request: no headers and no body, so no token and no user_data; and should somebody put the token
 * in a URL, it does not get there from there either.
 */
const loggedRequest = (token: string) => (request: { method: string; url: string }) => ({
  method: request.method,
  url: request.url.replaceAll(token, '[token]'),
});

/** Serves a lab's API until it is told to end; the lab's machines stay as they are. */
async function serve({ listen, lab: name }: Options): Promise<void> {
  const lab = labNamed(name);
  const token = labToken(lab);
  const files = apiFiles(lab);
  const api = buildApi({
    state: fileStore(files.state),
    machines: nspawnMachines(lab),
    tokens: [token],
    logger: { level: 'info', file: files.log, serializers: { req: loggedRequest(token) } },
  });
  await api.listen(listen);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void api.close());
}

try {
  await new Command('kubehaus-lab-api')
    .description("The lab's Hetzner Cloud API. Runs in the lab's control namespace.")
    .requiredOption('--listen <address:port>', 'where to answer', addressOf)
    .requiredOption('--lab <name>', 'the lab whose servers these are')
    .action(serve)
    .parseAsync();
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
