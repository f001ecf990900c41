import { execa, type Options } from 'execa';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bringUp } from '../../lab/bring-up.ts';
import { removeLab, traces } from '../../lab/clear.ts';
import { clusterFolderFor } from '../../lab/cluster.ts';
import { readEnvironment } from '../../lab/environment.ts';
import { inControlNamespace } from '../../lab/network/namespaces.ts';
import { labNamed, type Lab } from '../../lab/state.ts';
import { ROOT } from '../render/scenarios.ts';

/** What a command did; it is for the test to judge. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** A cluster of examples/<example> in a lab of its own, used from the lab's network as a user would. */
export interface LabCluster {
  readonly lab: Lab;
  readonly folder: string;
  /** Starts any command. */
  readonly start: (command: readonly string[], options?: RunOptions) => ReturnType<typeof execa>;
  /** Runs any command to its end. */
  readonly run: (command: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** Runs `kubehaus -C <folder> …`. */
  readonly kubehaus: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** Runs a command on a node; throws when it fails. */
  readonly on: (node: string, command: readonly string[]) => Promise<string>;
  /** The public addresses and server ids of the nodes, by name. */
  readonly hosts: () => Promise<ReadonlyMap<string, { readonly address: string; readonly id: number }>>;
}

const PROGRAM = join(ROOT, 'dist/cli/main.js');

/** Brings a lab up and writes the example's folder into it; servers are made by `kubehaus up` later. */
export async function labCluster(name: string, example: string): Promise<LabCluster> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: make build`);
  const lab = labNamed(name);
  await removeLab(lab);
  await bringUp(lab);
  const folder = await clusterFolderFor(lab, join(ROOT, 'examples', example, 'cluster.yaml'));
  const environment = {
    ...process.env,
    ...(await readEnvironment(lab)),
    PATH: `${join(ROOT, '.venv/bin')}:${process.env['PATH'] ?? ''}`,
    NO_COLOR: '1',
    CHECKPOINT_DISABLE: '1',
    KUBECONFIG: join(folder, '.kubehaus/kubeconfig'),
  };
  const start = (command: readonly string[], { cwd = folder, env = {}, input }: RunOptions = {}) => {
    const [program, ...args] = inControlNamespace(lab, command);
    const options: Options = {
      cwd,
      env: { ...environment, ...env },
      extendEnv: false,
      reject: false,
      all: true,
      maxBuffer: 1 << 28,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    };
    return execa(program, args, options);
  };
  const run = async (command: readonly string[], options?: RunOptions): Promise<Ended> => {
    const { exitCode, stdout, stderr, all } = await start(command, options);
    return { exitCode, stdout: String(stdout), stderr: String(stderr), all: String(all) };
  };
  const kubehaus = (args: readonly string[], options?: RunOptions) =>
    run([process.execPath, PROGRAM, '-C', folder, ...args], options);
  return {
    lab,
    folder,
    start,
    run,
    kubehaus,
    on: async (node, command) => {
      const ended = await kubehaus(['ssh', node, '--', ...command]);
      if (ended.exitCode !== 0) throw new Error(`${command.join(' ')} on ${node}: ${ended.all}`);
      return ended.stdout;
    },
    hosts: async () => {
      const { stdout } = await run(['cat', join(folder, 'rendered/ansible/inventory/addresses.yml')]);
      const { all } = parse(stdout) as {
        all: { hosts: Record<string, { node_public_address: string; node_server_id: string }> };
      };
      return new Map(
        Object.entries(all.hosts).map(([node, host]) => [
          node,
          { address: host.node_public_address, id: Number(host.node_server_id) },
        ]),
      );
    },
  };
}

/** Removes the lab of that name, whether it came up whole or not at all. Throws when anything of it is left. */
export async function removeLabNamed(name: string): Promise<void> {
  const lab = labNamed(name);
  await removeLab(lab);
  const left = await traces(lab);
  if (left.length > 0) throw new Error(`lab "${name}" left behind: ${left.join(', ')}`);
}
