import type { Level } from '../cluster/topology.ts';
import { answered, type Prompts } from './ask.ts';
import { stoppedBeforeWriting } from './errors.ts';
import { FIRST_CLUSTER, type FirstCluster } from './first-cluster.ts';
import { problemsOf, type FlagOfField } from './first-cluster-problems.ts';
import { keysOf, type KeyFile } from './operator-keys.ts';

/** A level as somebody meets it who has never heard of levels. */
export interface LevelChoice {
  readonly level: Level;
  readonly name: string;
  readonly description: string;
  /** What is proposed, and the fewest that make this level; absent where the level leaves no choice. */
  readonly masters?: Numbers;
  readonly etcdMachines?: Numbers;
  readonly workers?: Numbers;
}

interface Numbers {
  readonly proposed: number;
  readonly fewest: number;
}

/** The one that is recommended first; then by what they survive. */
export const LEVEL_CHOICES: readonly LevelChoice[] = [
  {
    level: 3,
    name: '3 or more masters with etcd: any one machine may fail (recommended)',
    description: 'Level 3. With 5 masters, any two of them.',
    masters: { proposed: 3, fewest: 3 },
    workers: { proposed: 2, fewest: 0 },
  },
  {
    level: 4,
    name: '2 or more masters, separate etcd machines: one of each may fail',
    description: 'Level 4. Busy masters do not slow etcd down, and either can be replaced by itself.',
    masters: { proposed: 2, fewest: 2 },
    etcdMachines: { proposed: 3, fewest: 3 },
    workers: { proposed: 2, fewest: 0 },
  },
  {
    level: 2,
    name: '1 master, separate etcd machines: an etcd machine may fail',
    description: 'Level 2. Without the master, pods go on and nothing new starts; no data is lost with it.',
    etcdMachines: { proposed: 3, fewest: 3 },
    workers: { proposed: 2, fewest: 0 },
  },
  {
    level: 1,
    name: '1 master and workers: a worker may fail',
    description: 'Level 1. Without the master, pods go on and nothing new starts; its data is gone with it.',
    workers: { proposed: 2, fewest: 1 },
  },
  {
    level: 0,
    name: '1 machine: nothing may fail; for trying things out',
    description: 'Level 0. The control plane and your pods share it.',
  },
];

/** Hetzner's locations and their places (https://docs.hetzner.com/cloud/general/locations/). */
export const LOCATION_CHOICES = {
  nbg1: 'Nuremberg, Germany',
  fsn1: 'Falkenstein, Germany',
  hel1: 'Helsinki, Finland',
  ash: 'Ashburn, USA',
  hil: 'Hillsboro, USA',
  sin: 'Singapore',
} as const;

/** The cluster of a level before its numbers have been asked for. */
export function clusterOfLevel(
  name: string,
  { masters, etcdMachines, workers }: LevelChoice,
  publicKeys: readonly string[],
): FirstCluster {
  return {
    ...FIRST_CLUSTER,
    name,
    masters: masters?.proposed ?? 1,
    etcdMachines: etcdMachines?.proposed ?? 0,
    workers: workers?.proposed ?? 0,
    publicKeys,
    projectKeys: [],
  };
}

const wording: FlagOfField = { 'etcd.placement: isolated': 'the level that has them' };

/** What cluster.yaml's rules have against this cluster at one of its fields; true when nothing. */
export function accepted(cluster: FirstCluster, field: string): true | string {
  const problem = problemsOf(cluster, wording).find(
    ({ flag }) => flag === field || flag.startsWith(`${field}[`),
  );
  return problem?.message ?? true;
}

/** A typed number: whole, no fewer than make the level, and right by cluster.yaml's rules. */
export function acceptedNumber(
  text: string,
  fewest: number,
  field: string,
  clusterOf: (number: number) => FirstCluster,
): true | string {
  if (!/^\d+$/.test(text.trim())) return 'Type a whole number.';
  const number = Number(text);
  if (number < fewest) return `This level needs at least ${fewest}.`;
  return accepted(clusterOf(number), field);
}

/**
 * Asks for a first cluster, question by question; every answer is checked by the rules of cluster.yaml before the next
 * question. Needs a terminal; Ctrl-C stops it before anything is written.
 */
export async function askFirstCluster(keyFiles: readonly KeyFile[]): Promise<FirstCluster> {
  return answered(async (prompts) => {
    const level = LEVEL_CHOICES[0] as LevelChoice;
    const named = await askName(prompts, (name) => clusterOfLevel(name, level, keysOf(keyFiles)));
    const chosen = await prompts.select({
      message: 'What shall it survive?',
      choices: LEVEL_CHOICES.map((choice) => ({ ...choice, value: choice, short: `level ${choice.level}` })),
    });
    const counted = await askNumbers(prompts, chosen, clusterOfLevel(named, chosen, keysOf(keyFiles)));
    const placed = { ...counted, locations: await askLocations(prompts) };
    const typed = { ...placed, serverTypes: await askServerTypes(prompts, placed) };
    const publicKeys = await askKeys(prompts, keyFiles);
    const deleteProtection = await prompts.confirm({
      message: 'Shall Hetzner refuse to delete masters and etcd machines? (`kubehaus destroy` lifts it)',
      default: FIRST_CLUSTER.deleteProtection,
    });
    return { ...typed, publicKeys, deleteProtection };
  }, stoppedBeforeWriting);
}

async function askName({ input }: Prompts, clusterOf: (name: string) => FirstCluster): Promise<string> {
  const answer = await input({
    message: 'Name of the cluster (part of every server’s name):',
    required: true,
    validate: (text) => accepted(clusterOf(text.trim()), 'name'),
  });
  return answer.trim();
}

async function askNumbers(prompts: Prompts, level: LevelChoice, before: FirstCluster): Promise<FirstCluster> {
  const ask = async (
    cluster: FirstCluster,
    message: string,
    numbers: Numbers | undefined,
    field: string,
    key: 'masters' | 'etcdMachines' | 'workers',
  ): Promise<FirstCluster> => {
    if (numbers === undefined) return cluster;
    const answer = await prompts.input({
      message,
      default: String(numbers.proposed),
      validate: (text) =>
        acceptedNumber(text, numbers.fewest, field, (number) => ({ ...cluster, [key]: number })),
    });
    return { ...cluster, [key]: Number(answer) };
  };
  const masters = level.etcdMachines === undefined ? 'How many masters? (odd)' : 'How many masters?';
  const withMasters = await ask(before, masters, level.masters, 'controlPlane.count', 'masters');
  const withEtcd = await ask(
    withMasters,
    'How many etcd machines? (odd)',
    level.etcdMachines,
    'etcd.count',
    'etcdMachines',
  );
  return ask(withEtcd, 'How many workers?', level.workers, 'workers[0].count', 'workers');
}

async function askLocations({ checkbox }: Prompts): Promise<readonly string[]> {
  return checkbox({
    message: 'In which locations? Servers are spread over them in turn.',
    required: true,
    choices: Object.entries(LOCATION_CHOICES).map(([location, place]) => ({
      value: location,
      name: `${location} (${place})`,
      short: location,
      checked: (FIRST_CLUSTER.locations as readonly string[]).includes(location),
    })),
  });
}

async function askServerTypes(
  { input }: Prompts,
  cluster: FirstCluster,
): Promise<FirstCluster['serverTypes']> {
  const ask = async (whose: string, key: 'master' | 'worker' | 'etcd', field: string, proposed: string) => {
    const answer = await input({
      message: `Server type of ${whose}:`,
      default: proposed,
      validate: (text) =>
        accepted({ ...cluster, serverTypes: { ...cluster.serverTypes, [key]: text.trim() } }, field),
    });
    return answer.trim();
  };
  const { serverTypes, etcdMachines, workers } = cluster;
  const whose = workers === 0 ? 'the machines of the control plane, where pods run, too' : 'masters';
  const master = await ask(whose, 'master', 'controlPlane.serverType', serverTypes.master);
  const etcd =
    etcdMachines === 0
      ? serverTypes.etcd
      : await ask('etcd machines', 'etcd', 'etcd.serverType', serverTypes.etcd);
  const worker =
    workers === 0 ? master : await ask('workers', 'worker', 'workers[0].serverType', serverTypes.worker);
  return { master, worker, etcd };
}

async function askKeys({ checkbox }: Prompts, keyFiles: readonly KeyFile[]): Promise<readonly string[]> {
  const chosen = await checkbox({
    message: 'Whose public keys may log in as root?',
    required: true,
    choices: keyFiles.map((file) => ({ value: file, name: file.path, checked: true })),
  });
  return keysOf(chosen);
}
