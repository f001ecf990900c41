import { FIRST_CLUSTER, type FirstCluster } from './first-cluster.ts';
import {
  problemsOf,
  type FlagOfField,
  type FlagProblem,
  type Translation,
} from './first-cluster-problems.ts';

/** Flags of `hetzner-kube cluster create`; what was not given is undefined. Files are already read. */
export interface HetznerKubeFlags {
  readonly haEnabled?: boolean | undefined;
  readonly isolatedEtcd?: boolean | undefined;
  readonly masterCount?: number | undefined;
  readonly etcdCount?: number | undefined;
  readonly workerCount?: number | undefined;
  readonly masterServerType?: string | undefined;
  readonly workerServerType?: string | undefined;
  readonly datacenters?: readonly string[] | undefined;
}

/** What both ways of flags say alike. */
export type CommonFlags = Pick<
  FirstCluster,
  'name' | 'nodeCidr' | 'cloudInit' | 'publicKeys' | 'projectKeys' | 'deleteProtection'
>;

/** Fields that common flags set. */
export const commonFlagOfField: FlagOfField = {
  name: '--name',
  'network.nodeCidr': '--node-cidr',
  cloudInit: '--cloud-init',
  'ssh.publicKeys': '--ssh-public-key or --ssh-key',
  'ssh.projectKeys': '--ssh-key',
};

const flagOfField: FlagOfField = {
  ...commonFlagOfField,
  locations: '--datacenters',
  'controlPlane.count': '--master-count',
  'controlPlane.serverType': '--master-server-type',
  'etcd.count': '--etcd-count',
  'etcd.serverType': '--master-server-type',
  'etcd.placement: isolated': '--isolated-etcd',
  'workers[0].count': '--worker-count',
  'workers[0].serverType': '--worker-server-type',
};

/**
 * hetzner-kube's own defaults
 * (https://github.com/xetys/hetzner-kube/blob/a9402edb4ef382d6acd7440546adde01277735a0/cmd/cluster_create.go). Its types,
 * cx11, are no longer sold; the datacenters are those that it had without asking Hetzner.
 */
const DEFAULTS = { masterCount: 3, etcdCount: 3, workerCount: 1, locations: ['nbg1', 'hel1', 'fsn1'] };

/**
 * Types that are no longer sold, and the one of today with as many cores and as much memory, or the next larger one
 * (https://docs.hetzner.cloud/changelog#2024-06-06-old-server-types-with-shared-intel-vcpus-are-deprecated,
 * https://docs.hetzner.cloud/changelog#2025-10-16-server-types-deprecated).
 */
const SUCCESSORS: Readonly<Record<string, string>> = {
  cx21: 'cx23',
  cx22: 'cx23',
  cx31: 'cx33',
  cx32: 'cx33',
  cx41: 'cx43',
  cx42: 'cx43',
  cx51: 'cx53',
  cx52: 'cx53',
  ccx11: 'ccx13',
  ccx12: 'ccx13',
  ccx21: 'ccx23',
  ccx22: 'ccx23',
  ccx31: 'ccx33',
  ccx32: 'ccx33',
  ccx41: 'ccx43',
  ccx42: 'ccx43',
  ccx51: 'ccx53',
  ccx52: 'ccx53',
  ccx62: 'ccx63',
};

/** The same for types that are still sold overseas, though not in Europe. */
const EUROPEAN_SUCCESSORS: Readonly<Record<string, string>> = {
  cpx11: 'cpx22',
  cpx21: 'cpx22',
  cpx31: 'cpx32',
  cpx41: 'cpx42',
  cpx51: 'cpx62',
};

const EUROPE = ['fsn1', 'nbg1', 'hel1'];

/**
 * The cluster that `hetzner-kube cluster create` would have made of these flags, with notes on what reads otherwise than it
 * was typed; or every problem: hetzner-kube's own rules and those of cluster.yaml, in the words of the flags.
 */
export function fromHetznerKube(flags: HetznerKubeFlags, common: CommonFlags): Translation {
  const ha = flags.haEnabled ?? false;
  const isolated = ha && (flags.isolatedEtcd ?? false);
  const { locations, notes: locationNotes } = locationsOf(flags.datacenters);
  const { serverTypes, notes: typeNotes } = serverTypesOf(flags, isolated, locations);
  const cluster: FirstCluster = {
    ...common,
    masters: ha ? (flags.masterCount ?? DEFAULTS.masterCount) : 1,
    workers: flags.workerCount ?? DEFAULTS.workerCount,
    etcdMachines: isolated ? (flags.etcdCount ?? DEFAULTS.etcdCount) : 0,
    locations,
    serverTypes,
  };
  const own = brokenRules(cluster, ha, isolated);
  const told = new Set(own.map(({ flag }) => flag));
  const problems = [...own, ...problemsOf(cluster, flagOfField).filter(({ flag }) => !told.has(flag))];
  if (problems.length > 0) return { ok: false, problems };
  const notes = [
    ...defaultsTaken(flags, cluster, ha, isolated),
    ...ignoredFlags(flags, ha),
    ...locationNotes,
    ...typeNotes,
  ];
  return { ok: true, cluster, notes };
}

/** Numbers that hetzner-kube refused (validateClusterCreateFlags in its cmd/cluster_create.go). */
function brokenRules(cluster: FirstCluster, ha: boolean, isolated: boolean): FlagProblem[] {
  const { masters, workers, etcdMachines } = cluster;
  const problems: FlagProblem[] = [];
  const fewest = isolated ? 2 : 3;
  if (ha && masters < fewest) {
    problems.push({
      flag: '--master-count',
      message: isolated
        ? `${masters} is too few. With --isolated-etcd use at least 2.`
        : `${masters} is too few. Where etcd runs on the masters use at least 3; with --isolated-etcd 2 will do.`,
    });
  }
  if (isolated && (etcdMachines < 3 || etcdMachines % 2 === 0)) {
    problems.push({
      flag: '--etcd-count',
      message: `${etcdMachines} is not an odd number of at least 3. Use ${etcdMachines < 3 ? 3 : `${etcdMachines - 1} or ${etcdMachines + 1}`}.`,
    });
  }
  if (workers < 1) {
    problems.push({
      flag: '--worker-count',
      message: `${workers} is too few. Use at least 1; one machine alone is \`kubehaus init --masters 1 --workers 0\`.`,
    });
  }
  return problems;
}

function ignoredFlags(flags: HetznerKubeFlags, ha: boolean): string[] {
  const notes: string[] = [];
  if (!ha && flags.masterCount !== undefined && flags.masterCount !== 1)
    notes.push(`--master-count ${flags.masterCount} counts with --ha-enabled alone: there is 1 master.`);
  if (!ha && flags.isolatedEtcd) {
    notes.push(
      '--isolated-etcd counts with --ha-enabled alone: etcd runs on the master. (One master with separate etcd is `kubehaus init --masters 1 --etcd 3`.)',
    );
  }
  if (flags.etcdCount !== undefined && !flags.isolatedEtcd)
    notes.push(
      `--etcd-count ${flags.etcdCount} counts with --isolated-etcd alone: etcd runs on the masters.`,
    );
  return notes;
}

/** hetzner-kube's defaults are not those that `kubehaus init` has else: what was taken is told. */
function defaultsTaken(
  flags: HetznerKubeFlags,
  { masters, workers, etcdMachines, locations, serverTypes }: FirstCluster,
  ha: boolean,
  isolated: boolean,
): string[] {
  const taken = [
    ...(ha && flags.masterCount === undefined ? [`${masters} masters`] : []),
    ...(ha ? [] : ['1 master (no --ha-enabled)']),
    ...(isolated && flags.etcdCount === undefined ? [`${etcdMachines} etcd machines`] : []),
    ...(flags.workerCount === undefined ? [`${workers} worker`] : []),
    ...(flags.masterServerType === undefined
      ? [
          `masters of type ${serverTypes.master}`,
          ...(isolated ? [`etcd machines of type ${serverTypes.etcd}`] : []),
        ]
      : []),
    ...(flags.workerServerType === undefined ? [`workers of type ${serverTypes.worker}`] : []),
    ...(flags.datacenters === undefined ? [`locations ${locations.join(', ')}`] : []),
  ];
  return taken.length === 0
    ? []
    : [`As hetzner-kube does where no flag says otherwise: ${taken.join('; ')}.`];
}

/** `fsn1-dc14` is a datacenter of the location `fsn1`; kubehaus places servers by location. */
function locationsOf(datacenters: readonly string[] | undefined) {
  if (datacenters === undefined) return { locations: DEFAULTS.locations, notes: [] };
  const located = datacenters.map((given) => ({ given, location: given.replace(/-dc\d+$/, '') }));
  const old = located.filter(({ given, location }) => given !== location);
  return {
    locations: [...new Set(located.map(({ location }) => location))],
    notes:
      old.length === 0
        ? []
        : [
            `Servers are placed by location, not by datacenter: ${old.map(({ given, location }) => `${given} becomes ${location}`).join(', ')}.`,
          ],
  };
}

/** hetzner-kube gave its etcd machines the masters' type. */
function serverTypesOf(flags: HetznerKubeFlags, isolated: boolean, locations: readonly string[]) {
  const { master: masters, worker: workers, etcd: etcdMachines } = FIRST_CLUSTER.serverTypes;
  const master = typeSoldToday(flags.masterServerType, masters, locations);
  const worker = typeSoldToday(flags.workerServerType, workers, locations);
  const etcd = typeSoldToday(flags.masterServerType, etcdMachines, locations);
  const became = (flag: string, given: string | undefined, today: string) =>
    given === undefined || given === today
      ? []
      : [`${flag} ${given}: Hetzner no longer sells it in these locations; it becomes ${today}.`];
  return {
    serverTypes: { master, worker, etcd },
    notes: [
      ...became('--master-server-type', flags.masterServerType, master),
      ...(isolated && flags.masterServerType !== undefined && etcd !== master
        ? [`--master-server-type is the etcd machines’ type, too; theirs becomes ${etcd}.`]
        : []),
      ...became('--worker-server-type', flags.workerServerType, worker),
    ],
  };
}

/** cx11 had 1 core and 2 GB; kubeadm wants 2 cores for a master (NumCPU in its preflight checks). So the default takes its place. */
function typeSoldToday(given: string | undefined, standard: string, locations: readonly string[]): string {
  if (given === undefined || given === 'cx11') return standard;
  const inEurope = locations.every((location) => EUROPE.includes(location));
  return SUCCESSORS[given] ?? (inEurope ? EUROPEAN_SUCCESSORS[given] : undefined) ?? given;
}
