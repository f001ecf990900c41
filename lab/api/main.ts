import { Command } from 'commander';
import { nspawnMachines } from '../hosts/nspawn-machines.ts';
import { labNamed } from '../state.ts';
import { apiFiles, labToken } from './files.ts';
import { buildApi } from './server.ts';
import { fileStore } from './state/store.ts';

interface Options {
  readonly listen: string;
  readonly lab: string;
}

function addressOf(listen: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
  if (host === undefined || port === undefined) throw new Error(`"${listen}" is not ADDRESS:PORT.`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Serves a lab's API until it is told to end; the lab's machines stay as they are. */
async function serve({ listen, lab: name }: Options): Promise<void> {
  const lab = labNamed(name);
  const token = labToken(lab);
  const files = apiFiles(lab);
  const api = buildApi({
    state: fileStore(files.state),
    machines: nspawnMachines(lab),
    tokens: [token],
    // Headers are not logged, so no token is; nor are bodies, in which user_data may hold secrets.
    logger: { level: 'info', file: files.log },
  });
  await api.listen(addressOf(listen));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void api.close());
}

await new Command('kubehaus-lab-api')
  .description("The lab's Hetzner Cloud API. Runs in the lab's control namespace.")
  .requiredOption('--listen <address:port>', 'where to answer, such as 192.0.2.1:80')
  .requiredOption('--lab <name>', 'the lab whose servers these are')
  .action(serve)
  .parseAsync();
