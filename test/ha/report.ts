import { format, resolveConfig } from 'prettier';
import { drills } from './drills.ts';
import type { Figures } from './figures.ts';
import { loadBalancers } from './load-balancers.ts';
import {
  askedTable,
  balancerTable,
  byDrill,
  faultTable,
  isMet,
  met,
  type Rehearsals,
} from './report-tables.ts';
import { summary } from './report-summary.ts';
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
  const made =
    commits.length === 1
      ? `of ${commits[0] ?? ''}`
      : `of ${commits.slice(0, -1).join(', ')} and ${commits.at(-1) ?? ''}, each fault as the tables say,`;
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
    ...section(
      'In short',
      summary((level) => at(`level ${level}`)),
    ),
    ...section('What the columns say', legend),
    ...[3, 4].flatMap((level) => section(`Level ${level}`, faultTable(at(`level ${level}`)))),
    ...section('Load balancers compared', comparison(rehearsals)),
    ...section('Runs of kubehaus that were cut off', interruptionLines(interruptions)),
    ...section('Faults that are not met', unmet(results)),
    ...section('Runs that fell short', missed(rehearsals)),
    ...section('How requests failed where nothing could be written', refusals(rehearsals)),
    ...section('What is asked of each fault', [...always, ...askedTable()]),
    ...section('Not rehearsed yet', undone(results)),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const legend = [
  'All is what nodes saw that were not under fault. Of two times the first is the median of the runs, the second the worst; what is counted is added up, of all',
  'nodes and runs.',
  '',
  '- *Kept to* counts the runs that kept to all that [is asked](#what-is-asked-of-each-fault). A fault is met when most of its runs did, for then so do the',
  '  medians, and when none had more against it than a time or a count beyond its limit.',
  '- Which node is under fault is chance, but where the fault has nothing to do with etcd’s leader, another member leads etcd by then: what a host with',
  '  the leader costs is told of the leader’s own faults.',
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
  '  every 10 s, so some seconds are nobody’s fault; a kubelet that was cut off waits up to a',
  '  minute before it asks again; and probes are put on a master that was made anew before anyone looks. What is not whole after five minutes has fallen short.',
];

const always = [
  'Whatever the fault, no acknowledged write may be lost, members of etcd must have the same data at last, no node but those under fault may stop being',
  'Ready while writes are possible, and each node’s own probes must have asked. *Not asked* is a master by other nodes: its own may go on asking it.',
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
        '([load-balancers.ts](../test/ha/load-balancers.ts)). A master is known when it has shown its certificate, so of one that is off, cut off or frozen',
        'it is not known until when it was asked (–). What master-gate does when no master is ready, when it dies itself, and while an API server starts, `make e2e-ha` tries.',
        'What kubehaus makes of this: [architecture.md](architecture.md#load-balancers).',
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
    const rest = failed === sshBroken.length ? '' : ', the rest got over it';
    return [
      `${where[0]?.toUpperCase() ?? ''}${where.slice(1)}: \`kubehaus up\` was killed with all that it had started ${killedAfter.length} times while the cluster came up, each time further on, and when it was up (by phases: ${counts.join(', ')}). In ${sshBroken.length} other runs the SSH sessions of a host broke: ${failed} of them failed, and named that host${rest}.`,
      shortfalls.length === 0
        ? 'The run after that brought the cluster up, all that had been written to it meanwhile was there, and the next run changed nothing.'
        : shortfalls.join('; '),
      '',
    ];
  });
}

/** A line for each fault that is not met; of load balancers, for ours alone. */
export function unmet({ rehearsals, interruptions }: Results): readonly string[] {
  return [
    ...OURS.flatMap((place) =>
      byDrill(Object.values(rehearsals[place] ?? {}))
        .filter(([, runs]) => !isMet(runs))
        .map(([name, runs]) => `- ${place}: ${name} (kept to by ${met(runs)})`),
    ),
    ...Object.entries(interruptions)
      .filter(([, { shortfalls }]) => shortfalls.length > 0)
      .map(([place]) => `- ${place}: runs of kubehaus that were cut off`),
  ];
}

/** What single runs fell short of; of load balancers, for ours alone. */
function missed(rehearsals: Results['rehearsals']): readonly string[] {
  const lines = OURS.flatMap((place) =>
    Object.entries(rehearsals[place] ?? {})
      .filter(([, { shortfalls }]) => shortfalls.length > 0)
      .map(([key, { nodes, leader, shortfalls, during }]) => {
        const where = [...nodes, ...(leader === undefined ? [] : [`etcd’s leader: ${leader}`])];
        const on = where.length === 0 ? '' : ` (${where.join(', ')})`;
        return `- ${place}, ${key}${on}: ${shortfalls.map(brief).join('; ')}${during === undefined ? '' : failures(during)}`;
      }),
  );
  return lines.length === 0
    ? []
    : [
        'With all the ways in which reads and writes failed meanwhile, at the first try or the second. `http-500` is what an API server answers while etcd has no leader.',
        '',
        ...lines,
      ];
}

/** How requests end while nothing can be written: what a client has to reckon with. */
function refusals(rehearsals: Results['rehearsals']): readonly string[] {
  const silent = drills.filter(({ noWrites }) => noWrites === true).map(({ name }) => name);
  const lines = ['level 3', 'level 4'].flatMap((place) =>
    byDrill(Object.values(rehearsals[place] ?? {}))
      .filter(([name]) => silent.includes(name))
      .flatMap(([name, runs]) => {
        const seen = runs.flatMap(({ during }) => (during?.looked === true ? [during] : []));
        if (seen.length === 0) return [];
        const of = (series: 'read' | 'write'): string => {
          const ways = [...new Set(seen.flatMap((one) => Object.keys(one[series].failures)))];
          const counts = ways.map(
            (way) => [way, seen.reduce((total, one) => total + (one[series].failures[way] ?? 0), 0)] as const,
          );
          return counts.map(([way, count]) => `${count} ${way}`).join(', ') || 'none';
        };
        return [`- ${place}, ${name}: writes ${of('write')}; reads ${of('read')}`];
      }),
  );
  return lines.length === 0
    ? []
    : [
        'All attempts, the second ones as well. `timeout` is the probe’s own, after 10 s; `http-429` is an API server’s that has too many requests waiting, and',
        '`http-500` has etcd’s own words.',
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
      .map((name) => {
        const done = Object.values(rehearsals[place] ?? {}).filter(({ drill }) => drill === name).length;
        return { name, left: runs - done };
      })
      .filter(({ left }) => left > 0);
    const left = missing.reduce((total, one) => total + one.left, 0);
    const which = missing.map((one) => `${one.name} ${one.left}`).join(', ');
    return left === 0 ? [] : [`- ${place}: ${left} of ${names.length * runs} rehearsals (${which})`];
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
