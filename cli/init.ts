import { InvalidArgumentError, type Command } from 'commander';
import { initFolder } from '../drive/init-folder.ts';
import { folderOf } from './cluster-option.ts';

interface InitFlags {
  name: string;
  masters: number;
  workers: number;
  etcd: number;
  locations: string[];
  serverType: string;
  sshPublicKey: string[];
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a first cluster.yaml, with comments')
    .requiredOption('--name <name>', 'name of the cluster; part of every server’s name')
    .option('--masters <count>', 'number of masters', wholeNumber, 3)
    .option('--workers <count>', 'number of workers', wholeNumber, 2)
    .option('--etcd <count>', 'machines of their own for etcd; 0 puts it on the masters', wholeNumber, 0)
    .option('--locations <list>', 'Hetzner locations, separated by commas', commaList, [
      'nbg1',
      'fsn1',
      'hel1',
    ])
    .option('--server-type <type>', 'Hetzner server type of masters and workers', 'cx33')
    .option(
      '--ssh-public-key <file...>',
      'public keys that may log in as root (default: all of ~/.ssh/*.pub)',
      (file: string, before: string[]) => [...before, file],
      [],
    )
    .addHelpText(
      'after',
      `
Examples:
  kubehaus init --name prod                          3 masters with etcd, 2 workers
  kubehaus init --name dev --masters 1 --workers 0   one machine
  kubehaus init --name big --masters 2 --etcd 3      etcd on machines of its own
  kubehaus init --name prod -C clusters/prod         in a folder of its own`,
    )
    .action(async (flags: InitFlags, command: Command) => {
      const written = await initFolder(folderOf(command), {
        ...flags,
        etcdMachines: flags.etcd,
        publicKeyFiles: flags.sshPublicKey,
      });
      process.stdout.write(
        [
          ...written.map((path) => `wrote ${path}`),
          'Next: read cluster.yaml, then `kubehaus plan` and `kubehaus up`',
          '',
        ].join('\n'),
      );
    });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function commaList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
