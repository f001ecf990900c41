import { InvalidArgumentError, type Command } from 'commander';
import { unusableOption } from '../drive/errors.ts';
import { defaultKubeconfig, fetchKubeconfig } from '../drive/fetch-kubeconfig.ts';
import { folderOf } from './cluster-option.ts';
import { identityFileOf, withSshKey, type SshKeyOption } from './ssh-options.ts';

interface KubeconfigFlags extends SshKeyOption {
  readonly print?: boolean;
  readonly output?: string;
  readonly port?: number;
  readonly direct?: boolean;
}

export function addKubeconfig(program: Command): void {
  withSshKey(program.command('kubeconfig'))
    .description('get the administrator’s access from a master: a context for any master, and one for each')
    .option('--print', 'print it instead of merging it into a file')
    .option(
      '-o, --output <file>',
      'merge into this file (default: the first of $KUBECONFIG, else ~/.kube/config)',
    )
    .option(
      '--port <port>',
      'local port of `kubehaus tunnel` (default: follows from the cluster’s name)',
      portNumber,
    )
    .option('--direct', 'without the tunnel, for machines that are in the mesh themselves')
    .addHelpText(
      'after',
      `
The API is not on the internet: Hetzner's firewall lets in SSH, WireGuard and ICMP, nothing else. So the contexts go
through the SOCKS proxy that \`kubehaus tunnel\` opens over SSH. The current one asks the load balancer of the node that
the tunnel leads to, which passes over masters that are gone; the others ask one master each.

Examples:
  kubehaus kubeconfig                                merge into ~/.kube/config (mode 0600)
  kubehaus tunnel -- kubectl get nodes               one command
  kubehaus tunnel                                    until Ctrl-C; kubectl works in other windows meanwhile
  kubectl --context prod-master-2 get nodes          of one master, past the load balancer`,
    )
    .action(async (flags: KubeconfigFlags, command: Command) => {
      if (flags.print && flags.output !== undefined)
        throw unusableOption('kubeconfig', '--print', 'it writes no file, so it does not go with --output.');
      const file = flags.print ? undefined : (flags.output ?? defaultKubeconfig());
      const { text, contexts, currentContext } = await fetchKubeconfig(folderOf(command), {
        identityFile: identityFileOf(flags),
        file,
        through: flags.direct ? 'direct' : { port: flags.port },
      });
      process.stdout.write(
        file === undefined
          ? text
          : [
              `${file}: contexts ${contexts.join(', ')}; ${currentContext} is the current one.`,
              ...(flags.direct ? [] : ['Next: kubehaus tunnel -- kubectl get nodes']),
              '',
            ].join('\n'),
      );
    });
}

export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}
