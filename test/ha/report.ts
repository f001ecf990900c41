import { format, resolveConfig } from 'prettier';
import { drills } from './drills.ts';
import type { Figures } from './figures.ts';
import { loadBalancers } from './load-balancers.ts';
import {
  askedTable,
  balancerTable,
  byDrill,
  faultTable,
  keptTo,
  met,
  type Rehearsals,
} from './report-tables.ts';
import { commitsOf, type Results } from './results.ts';
import { COMPARED, COMPARED_RUNS } from './suite.ts';

/** Where kubehaus itself is rehearsed. */
const OURS = ['level 3', 'level 4', ...loadBalancers.slice(0, 1).map(({ name }) => name)];

/** How often a fault is rehearsed when all is done: medians are of at least so many. */
export const RUNS = 5;

/** {@link page}, set as all Markdown here is. */
export async function formattedPage(results: Results): Promise<string> {
  return format(page(results), {
    ...(await resolveConfig(import.meta.filename)),
    parser: 'markdown',
  });
}

/** The page with a run's figures, as Markdown. Times in it are the median and the worst of the runs of each fault. */
export function page(results: Results): string {
  const { seed, machine, rehearsals, interruptions } = results;
  const at = (place: string): Rehearsals => Object.values(rehearsals[place] ?? {});
  const commits = commitsOf(results);
  const [first = ''] = commits;
  const made =
    commits.length === 1
      ? `of ${first}`
      : `of ${commits.slice(0, -1).join(', ')} and ${commits.at(-1) ?? ''} ([ha.json](ha.json) says which run is of which)`;
  return `${[
    '# High availability, as measured',
    '',
    '<!-- Made by `make ha`. -->',
    '',
    `Made by \`make ha\` ${made} with the seed \`${seed}\` on ${machine}, all hosts on this one machine: three masters and a worker, and at`,
    'level 4 three hosts of etcd’s own. Every fault came at a random moment, while probes asked from every node through its own load balancer,',
    'ten times a second ([lab.md](lab.md#probes)). Hosts and probes share the processors of one machine, so gaps while a host boots or an API server starts',
    'are the machine’s as well; and a host that loses its power here does not lose what it had not yet brought to its disk, as real ones may.',
    '',
    ...section('What the columns say', legend),
    ...[3, 4].flatMap((level) => section(`Level ${level}`, faultTable(at(`level ${level}`)))),
    ...section('Load balancers compared', comparison(rehearsals)),
    ...section('Runs of kubehaus that were cut off', interruptionLines(interruptions)),
    ...section('Faults that are not met', notMet(rehearsals)),
    ...section('Runs that fell short', missed(rehearsals)),
    ...section('What is asked of each fault', [...always, ...askedTable()]),
    ...section('Not rehearsed yet', undone(results)),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const legend = [
  'All is what nodes saw that were not under fault. Times are the median of the runs and the worst; what is counted is added up, of all nodes and runs.',
  '',
  '- *Kept to* counts the runs that kept to all that [is asked](#what-is-asked-of-each-fault). A fault is met when most of its runs did: then so do the',
  '  medians.',
  '- *It lasted* from the fault until it had been mended (hosts have their power back, the playbook that makes room has ended), or, where a fault ends by',
  '  itself, until the cluster was whole. Where nothing can be written meanwhile, the gaps are as long as that, and say nothing more.',
  '- A *gap* is the longest time in which no request of a node was answered. Reads and writes are on a new connection each, and overlap: *slowest answer* is',
  '  how long a single one took at most that was answered.',
  '- *Failed, twice*: how many requests failed, and how many of these once more when they were tried again 0.1 s later. A write fails without a word on',
  '  whether it was done where its master goes while it is under way; controllers ask again, `kubectl` does not.',
  '- *Open connections* are kept as kubelets keep theirs, with their watches: where a master is gone without a word, it is they who must notice, which',
  '  takes them 10 s. Connections of other programs end after 13 s if something was on its way to that master, and else after a minute.',
  '- *Pods* ask those of other nodes, and *Services* send to pods on every node, those under fault as well: to a node that is gone without a word until',
  '  Kubernetes takes it for lost, after 50 s, and to all of them while nothing can be written.',
  '- *Whole* is a cluster whose nodes, pods and members are all well, whose kubelets have all reported since, and of which nothing that is asked fails any',
  '  more, on no node, for 11 s at least; the time counts until these 11 s begin, or until all were first found well if that was later. Kubelets report',
  '  every 10 s, so some seconds are nobody’s fault; the pods of a node that left are removed within a minute; a kubelet that was cut off waits up to a',
  '  minute before it asks again; and probes are put on a master that was made anew before anyone looks. What is not whole after five minutes has fallen short.',
];

const always = [
  'Whatever the fault, no acknowledged write may be lost, members of etcd must have the same data at last, no node but those under fault may stop being',
  'Ready while writes are possible, and each node’s own probes must have asked.',
  '',
];

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

function comparison(rehearsals: Results['rehearsals']): readonly string[] {
  const rows = balancerTable(
    loadBalancers.map(({ name }) => [name, Object.values(rehearsals[name] ?? {})] as const),
  );
  return rows.length === 0
    ? []
    : [
        'The same faults on the same hosts. nginx has what hetzner-kube and Kubespray set for their masters, in a frame of ours; haproxy’s settings are ours',
        '([load-balancers.ts](../test/ha/load-balancers.ts)). A master is known when it has shown its certificate, so one that is cut off or frozen is not seen',
        'to be asked (–). What master-gate does when no master is ready, when it dies itself, and while an API server starts, `make e2e-ha` tries.',
        '',
        ...rows,
      ];
}

function interruptionLines(interruptions: Results['interruptions']): readonly string[] {
  return Object.entries(interruptions).flatMap(([where, { killedAfter, sshBroken, shortfalls }]) => {
    const phases = killedAfter.map((task) => /^\[(.*?)\]/.exec(task)?.[1] ?? 'between phases');
    const counts = [...new Set(phases)].map(
      (phase) => `${phase} ${phases.filter((one) => one === phase).length}`,
    );
    const failed = sshBroken.filter((run) => run.failed).length;
    return [
      `${where[0]?.toUpperCase() ?? ''}${where.slice(1)}: \`kubehaus up\` was killed with all its children ${killedAfter.length} times while the cluster came up, each time further on, and when it was up (by phases: ${counts.join(', ')}). SSH to a host broke ${sshBroken.length} times, and ${failed} of these runs failed and said so.`,
      shortfalls.length === 0
        ? 'The run after that brought the cluster up, all that had been written to it meanwhile was there, and the next run changed nothing.'
        : shortfalls.join('; '),
      '',
    ];
  });
}

/** The faults of which most runs fell short; of load balancers, for ours alone. */
function notMet(rehearsals: Results['rehearsals']): readonly string[] {
  return OURS.flatMap((place) =>
    byDrill(Object.values(rehearsals[place] ?? {}))
      .filter(([, runs]) => 2 * keptTo(runs) <= runs.length)
      .map(([name, runs]) => `- ${place}: ${name} (kept to by ${met(runs)})`),
  );
}

/** What single runs fell short of; of load balancers, for ours alone. */
function missed(rehearsals: Results['rehearsals']): readonly string[] {
  const lines = OURS.flatMap((place) =>
    Object.entries(rehearsals[place] ?? {})
      .filter(([, { shortfalls }]) => shortfalls.length > 0)
      .map(([key, { nodes, shortfalls, during }]) => {
        const on = nodes.length === 0 ? '' : ` (${nodes.join(', ')})`;
        return `- ${place}, ${key}${on}: ${shortfalls.map(brief).join('; ')}${during === undefined ? '' : failures(during)}`;
      }),
  );
  return lines.length === 0
    ? []
    : [
        'An API server answers `http-500` while etcd is without a leader: who loses a host that has etcd’s leader waits for the next one, and what is asked of',
        '*the host of etcd’s leader stops* is what may be expected then. At level 4 seven hosts, one that boots, playbooks and all probes share the',
        'processors while a worker joins: pods answer late then, and no connection drops.',
        '',
        ...lines,
      ];
}

/** How reads and writes failed, those that were answered at the second try as well. */
function failures({ read, write }: Figures): string {
  const ways = [
    ...Object.entries(read.failures).map(([way, count]) => `${count} reads ${way}`),
    ...Object.entries(write.failures).map(([way, count]) => `${count} writes ${way}`),
  ];
  return ways.length === 0 ? '' : ` (failed: ${ways.join(', ')})`;
}

/** What is said in many lines is in the JSON. */
function brief(sentence: string): string {
  const [line = ''] = sentence.split('\n');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** What a run that is not over has not come to. */
function undone({ rehearsals, interruptions }: Results): readonly string[] {
  const few = (place: string, names: readonly string[], runs: number): readonly string[] => {
    const missing = names
      .map(
        (name) => runs - Object.values(rehearsals[place] ?? {}).filter(({ drill }) => drill === name).length,
      )
      .filter((left) => left > 0);
    const left = missing.reduce((total, one) => total + one, 0);
    return left === 0 ? [] : [`- ${place}: ${left} of ${names.length * runs} rehearsals`];
  };
  return [
    ...('level 3' in interruptions ? [] : ['- runs of kubehaus that are cut off']),
    ...([3, 4] as const).flatMap((level) => {
      const its = drills.filter(({ levels }) => levels.includes(level));
      return few(
        `level ${level}`,
        its.map(({ name }) => name),
        RUNS,
      );
    }),
    ...loadBalancers.flatMap(({ name }) => few(name, COMPARED, COMPARED_RUNS)),
  ];
}
