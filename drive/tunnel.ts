import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { ClusterFolder } from './cluster-folder.ts';
import { missingTool, portInUse } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { withoutToken } from './hetzner-token.ts';
import { firstAnswer } from './hosts-over-ssh.ts';
import { readMadeHosts } from './inventory.ts';
import { listenForInterruption, type Interruption } from './interruption.ts';
import { kubeconfigFor } from './kubeconfig-in-use.ts';
import { contextsThroughTunnel } from './kubeconfig.ts';
import { loadFolder } from './load-folder.ts';
import { socksPort } from './socks-port.ts';
import { accessTo, destination, sshOptions } from './ssh-command.ts';

export interface TunnelOptions {
  readonly identityFile?: string | undefined;
  readonly port?: number | undefined;
  /** Told when the tunnel is open, and through which node. */
  readonly notice: (text: string) => void;
  /** Told what will probably go wrong. */
  readonly warn: (text: string) => void;
}

/** Between a tunnel that broke and the next try. */
const PAUSE_MS = 1_000;

/**
 * Holds a SOCKS tunnel into the mesh open until Ctrl-C, through the first master that answers. When that one dies, through
 * the next. With a command: opens the tunnel, runs the command, closes the tunnel and returns the command's exit code.
 */
export async function tunnel(
  folder: ClusterFolder,
  options: TunnelOptions,
  command: readonly string[],
): Promise<number> {
  const { plan } = await loadFolder(folder);
  const masters = (await readMadeHosts(folder, plan)).filter(({ node }) => node.role === 'control-plane');
  const access = await accessTo(folder, plan, options.identityFile);
  const port = options.port ?? socksPort(plan.name);
  if (await answers(port)) throw portInUse(port);
  const env = withoutToken(process.env);
  if (command.length > 0) {
    const kubeconfig = await kubeconfigFor(contextsThroughTunnel(plan.name, masters), folder, env);
    if (kubeconfig === undefined)
      options.warn(
        `No kubeconfig in use has a context of ${plan.name}, so that kubectl would not find it: run \`kubehaus kubeconfig\` first.`,
      );
    else env['KUBECONFIG'] = kubeconfig;
  }

  const interruption = listenForInterruption(() => undefined);
  const closing = new AbortController();
  const stop = AbortSignal.any([closing.signal, interruption.signal]);
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const holding = (async () => {
    while (!stop.aborted) {
      const { host } = await firstAnswer(access, masters, ['true']);
      const child = execa(
        'ssh',
        [
          ...['-N', '-D', `127.0.0.1:${port}`, '-o', 'ExitOnForwardFailure=yes'],
          ...sshOptions(access, host),
          destination(access, host),
        ],
        {
          env: withoutToken(process.env),
          extendEnv: false,
          stdin: 'ignore',
          reject: false,
          cancelSignal: stop,
        },
      );
      const ended = child.then((result) => result);
      const isOpen = waitUntilOpen(port, stop).then((yes) => {
        if (!yes) return;
        options.notice(`Tunnel open through ${host.node.name}: socks5://127.0.0.1:${port}`);
        opened();
      });
      await Promise.race([ended, isOpen]);
      const result = await ended;
      if (stop.aborted) return;
      options.notice(
        `The tunnel through ${host.node.name} broke: ${result.stderr.trim() || 'without a word'}`,
      );
      await sleep(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  })();

  try {
    if (command.length === 0) {
      await holding;
      return exitCodes.stopped.code;
    }
    await Promise.race([open, holding]);
    interruption.check();
    return await runInTunnel(command, env, interruption);
  } finally {
    closing.abort();
    await holding.catch(() => undefined);
    interruption.release();
  }
}

async function runInTunnel(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  interruption: Interruption,
): Promise<number> {
  const child = execa(file, args, {
    env,
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
  });
  // On a terminal Ctrl-C reaches the command by itself; a signal to kubehaus alone is handed on.
  const release = interruption.handOn(() => process.stdin.isTTY || child.kill('SIGINT'));
  const result = await child;
  release();
  if (result.code === 'ENOENT') throw missingTool([file], 'Install it, or check how you wrote it.');
  return result.exitCode ?? 130;
}

async function waitUntilOpen(port: number, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await answers(port)) return true;
    await sleep(50);
  }
  return false;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
