import { FIRST_CLUSTER, type FirstCluster } from './first-cluster.ts';
import { problemsOf, type FlagOfField, type Translation } from './first-cluster-problems.ts';
import {
  commonFlagOfField,
  fromHetznerKube,
  type CommonFlags,
  type HetznerKubeFlags,
} from './hetzner-kube-flags.ts';

/** kubehaus's own flags for what a cluster is made of; what was not given is undefined. */
export interface OwnFlags {
  readonly masters?: number | undefined;
  readonly workers?: number | undefined;
  readonly etcd?: number | undefined;
  readonly locations?: readonly string[] | undefined;
  readonly serverType?: string | undefined;
}

export interface InitFlags {
  readonly common: CommonFlags;
  readonly own: OwnFlags;
  readonly hetznerKube: HetznerKubeFlags;
}

const flagOfField: FlagOfField = {
  ...commonFlagOfField,
  locations: '--locations',
  'controlPlane.count': '--masters',
  'controlPlane.serverType': '--server-type',
  'etcd.count': '--etcd',
  'etcd.placement: isolated': '--etcd 3',
  'workers[0].count': '--workers',
  'workers[0].serverType': '--server-type',
};

/** Each of hetzner-kube's flags that has a counterpart, or is said by another number, beside kubehaus's own. */
const counterparts = {
  haEnabled: ['--ha-enabled', '--masters'],
  isolatedEtcd: ['--isolated-etcd', '--etcd'],
  masterCount: ['--master-count', '--masters'],
  etcdCount: ['--etcd-count', '--etcd'],
  workerCount: ['--worker-count', '--workers'],
  masterServerType: ['--master-server-type', '--server-type'],
  workerServerType: ['--worker-server-type', '--server-type'],
  datacenters: ['--datacenters', '--locations'],
} as const satisfies Record<keyof HetznerKubeFlags, readonly [string, string]>;

const ownNames = {
  masters: '--masters',
  workers: '--workers',
  etcd: '--etcd',
  locations: '--locations',
  serverType: '--server-type',
} as const satisfies Record<keyof OwnFlags, string>;

/**
 * The cluster that flags ask for. Flags that are hetzner-kube's alone make the cluster that hetzner-kube would have made, with its
 * defaults; all others have kubehaus's. The two are not mixed: nobody could tell whose defaults hold.
 */
export function firstClusterOf(flags: InitFlags): Translation {
  const own = given(flags.own);
  const foreign = given(flags.hetznerKube);
  if (own.length > 0 && foreign.length > 0) {
    return {
      ok: false,
      problems: foreign.map((key) => ({
        flag: counterparts[key][0],
        message: `is hetzner-kube’s and has other defaults, so it does not go together with ${own.map((one) => ownNames[one]).join(', ')}. Use ${counterparts[key][1]} in its place.`,
      })),
    };
  }
  if (foreign.length > 0) return fromHetznerKube(flags.hetznerKube, flags.common);
  const cluster = ofOwnFlags(flags.own, flags.common);
  const problems = problemsOf(cluster, flagOfField);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, cluster, notes: [] };
}

function ofOwnFlags({ masters, workers, etcd, locations, serverType }: OwnFlags, common: CommonFlags) {
  const { master, worker, etcd: etcdType } = FIRST_CLUSTER.serverTypes;
  const cluster: FirstCluster = {
    ...common,
    masters: masters ?? FIRST_CLUSTER.masters,
    workers: workers ?? FIRST_CLUSTER.workers,
    etcdMachines: etcd ?? FIRST_CLUSTER.etcdMachines,
    locations: locations ?? FIRST_CLUSTER.locations,
    serverTypes: { master: serverType ?? master, worker: serverType ?? worker, etcd: etcdType },
  };
  return cluster;
}

function given<Flags extends object>(flags: Flags): (keyof Flags)[] {
  return (Object.keys(flags) as (keyof Flags)[]).filter((key) => flags[key] !== undefined);
}
