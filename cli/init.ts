import { InvalidArgumentError, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { noFirstCluster, unreadableFile, unusableOption } from '../drive/errors.ts';
import { FIRST_CLUSTER } from '../drive/first-cluster.ts';
import { formatFlagProblem, type Translation } from '../drive/first-cluster-problems.ts';
import { askFirstCluster } from '../drive/first-cluster-questions.ts';
import type { HetznerKubeFlags } from '../drive/hetzner-kube-flags.ts';
import { firstClusterOf, type OwnFlags } from '../drive/init-flags.ts';
import { initFolder, refuseToOverwrite } from '../drive/init-folder.ts';
import { isKeyFile, keyFilesAtHome, keysOf, readKeyFiles } from '../drive/operator-keys.ts';
import { folderOf } from './cluster-option.ts';

interface Flags extends OwnFlags, HetznerKubeFlags {
  readonly name?: string;
  readonly sshPublicKey?: readonly string[];
  readonly sshKey?: string;
  readonly cloudInit?: string;
  readonly nodeCidr?: string;
  readonly deleteProtection: boolean;
}

const { masters, workers, locations, serverTypes } = FIRST_CLUSTER;

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a first cluster.yaml, with comments; asks when there are no flags')
    .option('-n, --name <name>', 'name of the cluster; part of every server’s name')
    .option('--masters <count>', `number of masters (default: ${masters})`, wholeNumber)
    .option('--workers <count>', `number of workers (default: ${workers})`, wholeNumber)
    .option('--etcd <count>', 'machines of their own for etcd (default: 0, etcd on the masters)', wholeNumber)
    .option(
      '--locations <list>',
      `Hetzner locations, separated by commas (default: ${locations.join(',')})`,
      commaList,
    )
    .option(
      '--server-type <type>',
      `Hetzner server type of masters and workers (default: ${serverTypes.master})`,
    )
    .option(
      '--ssh-public-key <file...>',
      'public keys that may log in (default: all of ~/.ssh/*.pub)',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--node-cidr <network>', 'addresses of the nodes in the mesh (default: 10.0.1.0/24)')
    .option('--cloud-init <file>', 'cloud-config or a script that new servers run once')
    .option('-k, --ssh-key <name>', 'key of the Hetzner project by its name, or a public key file')
    .option('--no-delete-protection', 'let Hetzner delete masters and etcd machines like any server')
    .optionsGroup('Flags of hetzner-kube, with its rules and its defaults instead of those above:')
    .option('--ha-enabled', 'several masters')
    .option('--isolated-etcd', 'etcd on machines of its own')
    .option('-m, --master-count <count>', 'number of masters, with --ha-enabled (default: 3)', wholeNumber)
    .option(
      '-e, --etcd-count <count>',
      'number of etcd machines, with --isolated-etcd (default: 3)',
      wholeNumber,
    )
    .option('-w, --worker-count <count>', 'number of workers (default: 1)', wholeNumber)
    .option('--master-server-type <type>', 'server type of masters and etcd machines')
    .option('--worker-server-type <type>', 'server type of workers')
    .option(
      '--datacenters <list>',
      'where servers are placed, separated by commas; become locations',
      (text: string, before: readonly string[] = []) => [...before, ...commaList(text)],
    )
    .addHelpText(
      'after',
      `
Examples:
  kubehaus init                                      on a terminal: asks
  kubehaus init --name prod                          3 masters with etcd, 2 workers
  kubehaus init --name dev --masters 1 --workers 0   one machine
  kubehaus init --name big --masters 2 --etcd 3      etcd on machines of its own
  kubehaus init --name prod -C clusters/prod         in a folder of its own
  kubehaus init -n prod -k my-key -m 3 -w 3 --ha-enabled   as with hetzner-kube cluster create

Each of hetzner-kube's flags, such as --ha-enabled or -w, brings its defaults along (1 master, 1 worker); the others go with either kind.`,
    )
    .action(async (flags: Flags, command: Command) => {
      const folder = folderOf(command);
      const translation = mustAsk(flags, command) ? undefined : await translate(flags, command);
      await refuseToOverwrite(folder);
      const { cluster, notes } = translation ?? {
        cluster: await askFirstCluster(await keyFilesAtHome()),
        notes: [],
      };
      const written = await initFolder(folder, cluster);
      process.stderr.write(notes.map((note) => `note: ${note}\n`).join(''));
      process.stdout.write(
        [
          ...written.map((path) => `wrote ${path}`),
          'Next: read cluster.yaml, then `kubehaus plan` and `kubehaus up`',
          '',
        ].join('\n'),
      );
    });
}

/** Questions are for whoever typed no flag, on a terminal. */
function mustAsk(flags: Flags, command: Command): boolean {
  const typed = Object.keys(flags).some((key) => command.getOptionValueSource(key) === 'cli');
  return !typed && process.stdin.isTTY && process.stdout.isTTY;
}

async function translate(flags: Flags, command: Command): Promise<Translation & { ok: true }> {
  const { name } = flags;
  if (name === undefined) command.error("error: required option '-n, --name <name>' not specified");
  const translation = firstClusterOf({
    common: {
      name,
      nodeCidr: flags.nodeCidr,
      cloudInit: await textOf(flags.cloudInit),
      deleteProtection: flags.deleteProtection,
      ...(await keysFor(flags)),
    },
    own: {
      masters: flags.masters,
      workers: flags.workers,
      etcd: flags.etcd,
      locations: flags.locations,
      serverType: flags.serverType,
    },
    hetznerKube: {
      haEnabled: flags.haEnabled,
      isolatedEtcd: flags.isolatedEtcd,
      masterCount: flags.masterCount,
      etcdCount: flags.etcdCount,
      workerCount: flags.workerCount,
      masterServerType: flags.masterServerType,
      workerServerType: flags.workerServerType,
      datacenters: flags.datacenters,
    },
  });
  if (!translation.ok) throw noFirstCluster(translation.problems.map(formatFlagProblem));
  return translation;
}

/** hetzner-kube's key is one of the project; the keys of ~/.ssh are taken where no flag names any. */
async function keysFor({ sshKey, sshPublicKey = [] }: Flags) {
  const projectKeys = sshKey === undefined || isKeyFile(sshKey) ? [] : [sshKey];
  const files = [
    ...(await readKeyFiles(sshPublicKey, '--ssh-public-key')),
    ...(await readKeyFiles(sshKey !== undefined && isKeyFile(sshKey) ? [sshKey] : [], '--ssh-key')),
  ];
  if (files.length === 0 && projectKeys.length === 0)
    return { projectKeys, publicKeys: keysOf(await keyFilesAtHome()) };
  const empty = files.find(({ keys }) => keys.length === 0);
  if (empty !== undefined) throw unusableOption('init', '--ssh-public-key', `${empty.path} holds no key.`);
  return { projectKeys, publicKeys: keysOf(files) };
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadableFile('--cloud-init', file, error);
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function commaList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
