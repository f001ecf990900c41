import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface CliOptions {
  /** Added to the environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** The `kubehaus` command from the sources: a program and its arguments. */
export function commandLine(args: readonly string[]): [string, ...string[]] {
  return [process.execPath, '--import', import.meta.resolve('tsx'), main, ...args];
}

/** Starts the `kubehaus` command from the sources, as a process of its own without a terminal. */
export function start(args: readonly string[], { env = {}, cwd }: CliOptions = {}) {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    HCLOUD_TOKEN: undefined,
    HCLOUD_ENDPOINT: undefined,
    KUBEHAUS_CLUSTER: undefined,
    KUBEHAUS_SSH_KEY: undefined,
    ...env,
  };
  const [program, ...rest] = commandLine(args);
  return execa(program, rest, {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs it to its end. */
export async function kubehaus(args: readonly string[], options: CliOptions = {}) {
  const { exitCode, stdout, stderr } = await start(args, options);
  return { exitCode, stdout, stderr };
}
