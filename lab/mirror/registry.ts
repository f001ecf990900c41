import { execa } from 'execa';
import { createServer } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { packageFile } from '../package-files.ts';

export interface RegistryOptions {
  /** The registry's binary. */
  readonly program: string;
  /** The folder with its images. */
  readonly storage: string;
  readonly address: string;
  /** @default a free port */
  readonly port?: number;
  /** Whether images can be pushed. */
  readonly writable: boolean;
}

export interface Registry {
  /** `<address>:<port>` */
  readonly authority: string;
  /** Ends in a rejection if the registry ends before {@link Registry.stop}. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

const configuration = packageFile('lab/mirror/registry.yaml');

const patienceMs = 20_000;

/** Starts the image registry and answers when it serves. It ends with this process, however that ends. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const port = options.port ?? (await freePort(options.address));
  const authority = `${options.address}:${port}`;
  // Node has no way to tie a child's life to its own when it is killed; the kernel has (prctl, PR_SET_PDEATHSIG).
  const child = execa('setpriv', ['--pdeathsig', 'KILL', options.program, 'serve', configuration], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    env: settings(options, authority),
    reject: false,
  });
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
  });
  let stopping = false;
  const ended = child.then((result) => {
    if (stopping) return;
    throw new Error(`the registry at ${authority} ended (${result.exitCode ?? result.signal}): ${lastWords}`);
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGTERM');
    await ended;
  };

  try {
    await Promise.race([serving(authority), ended]);
  } catch (error) {
    stopping = true;
    child.kill('SIGKILL');
    throw error;
  }
  return { authority, ended, stop };
}

function settings({ storage, writable }: RegistryOptions, authority: string): Record<string, string> {
  return {
    REGISTRY_HTTP_ADDR: authority,
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: storage,
    // As a whole: the registry does not let the environment reach further into this one.
    REGISTRY_STORAGE_MAINTENANCE: JSON.stringify({
      uploadpurging: { enabled: false },
      readonly: { enabled: !writable },
    }),
    // Without it, the registry tries to send traces to a collector on this machine.
    OTEL_TRACES_EXPORTER: 'none',
  };
}

async function serving(authority: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await fetch(`http://${authority}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > deadline) throw new Error(`the registry at ${authority} does not answer`);
    await pass(50);
  }
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (bound === null || typeof bound === 'string') throw new Error(`no port was given on ${address}`);
  return bound.port;
}
