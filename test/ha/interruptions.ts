import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../drive/exit-codes.ts';
import { hostNamed } from '../../lab/faults/host-named.ts';
import { breakSsh } from '../../lab/faults/ssh.ts';
import { kubectl } from '../../lab/probes/kubectl.ts';
import { playbook } from '../e2e/playbook.ts';
import { everyNode, type HaCluster } from './ha-cluster.ts';
import { TASKS_OF_UP, TASKS_OF_UP_AGAIN, upAgain, upDisturbed, upKilled, type Moment } from './killed-run.ts';
import { divergedMembers } from './looks.ts';
import { oneOf, shuffled } from './random.ts';

/** How a cluster came up although its operator did not. */
export interface Interruptions {
  /** The last tasks that had ended when `kubehaus up` was killed, run by run. */
  readonly killedAfter: readonly string[];
  readonly sshBroken: readonly BrokenRun[];
  /** What was not as it should be, in sentences. */
  readonly shortfalls: readonly string[];
}

/** A run in the middle of which a host's SSH sessions broke off. */
export interface BrokenRun {
  readonly host: string;
  /** The last task that had ended by then. */
  readonly after: string;
  /** How many there were. */
  readonly sessions: number;
  /** Whether the run failed; it may get over it. */
  readonly failed: boolean;
}

/** For how many seconds a host whose SSH broke lets nobody in. */
const REFUSED = 5;
/** How many characters at the end of what a run says are what it failed with. */
const LAST_WORDS = 2000;

/**
 * Brings a new cluster up with `kubehaus up`, which is killed in the middle of so many tasks of chance, and loses a host's SSH sessions in the
 * middle of others: each time further on until the cluster is up, and then anywhere. Then it is run to its end, and once more by hand.
 */
export async function interrupt(
  cluster: HaCluster,
  random: () => number,
  { kills, breaks }: { readonly kills: number; readonly breaks: number },
): Promise<Interruptions> {
  const killedAfter: string[] = [];
  const sshBroken: BrokenRun[] = [];
  const shortfalls: string[] = [];
  const kept = keepsakes(cluster);
  const moment = (tasks: number): Moment => ({ tasks: Math.ceil(random() * tasks), later: random() * 1000 });
  const ownEnd = ({
    exitCode,
    all,
  }: {
    readonly exitCode: number | undefined;
    readonly all: string;
  }): void => {
    if (exitCode !== exitCodes.ok.code && exitCode !== exitCodes.busy.code)
      shortfalls.push(`a rerun failed by itself: ${all}`);
  };
  const kill = async (at: Moment): Promise<void> => {
    const run = await upKilled(cluster, at);
    if (run.after === undefined) ownEnd(run);
    else killedAfter.push(run.after);
    console.log(`killed after ${run.after ?? `nothing: it had ended with ${run.exitCode}`}`);
    await kept.put();
  };
  const breakOff = async (at: Moment): Promise<void> => {
    const host = oneOf(random, [...cluster.expected.masters, ...cluster.expected.workers]);
    let sessions = 0;
    const run = await upDisturbed(cluster, at, async () => {
      sessions = await breakSsh(cluster.lab, await hostNamed(cluster.lab, host), { refuseFor: REFUSED });
    });
    // The next one is not to meet a host that lets nobody in yet.
    await sleep(REFUSED * 1000);
    console.log(
      `${sessions} SSH sessions of ${host} broken after ${run.after}: it ended with ${run.exitCode}`,
    );
    if (run.after === undefined) return ownEnd(run);
    const failed = run.exitCode !== exitCodes.ok.code;
    sshBroken.push({ host, after: run.after, sessions, failed });
    if (sessions === 0) shortfalls.push(`${host} had no SSH session that could break`);
    if (failed && !run.all.slice(-LAST_WORDS).includes(host))
      shortfalls.push(`a run failed and did not say that it lost ${host}: ${run.all}`);
  };

  const moments = Array.from({ length: kills + breaks }, () => moment(TASKS_OF_UP)).toSorted(
    (a, b) => a.tasks - b.tasks,
  );
  const ways = shuffled(
    random,
    moments.map((_, index) => (index < breaks ? breakOff : kill)),
  );
  for (const [index, at] of moments.entries()) await ways[index]?.(at);
  // The last ones may have come to their ends, with fewer tasks than a whole run has.
  for (let left = 2 * (kills - killedAfter.length); left > 0 && killedAfter.length < kills; left -= 1)
    await kill(moment(TASKS_OF_UP_AGAIN));
  for (let left = 2 * (breaks - sshBroken.length); left > 0 && sshBroken.length < breaks; left -= 1)
    await breakOff(moment(TASKS_OF_UP_AGAIN));

  const whole = await upAgain(cluster);
  if (whole.exitCode !== 0)
    return { killedAfter, sshBroken, shortfalls: [...shortfalls, `the last run failed: ${whole.all}`] };
  const { changed } = await playbook(cluster, 'site.yml');
  return {
    killedAfter,
    sshBroken,
    shortfalls: [
      ...shortfalls,
      ...(await kept.missing()),
      ...(await divergedMembers(cluster)),
      ...(Object.keys(changed).length === everyNode(cluster.expected).length
        ? []
        : ['the run after that was not on all nodes']),
      ...(killedAfter.length < kills || sshBroken.length < breaks
        ? [
            `killed ${killedAfter.length} times and broken ${sshBroken.length} times, not ${kills} and ${breaks}: other runs had come to their end`,
          ]
        : []),
      ...Object.entries(changed)
        .filter(([, count]) => count > 0)
        .map(([host, count]) => `${host}: the run after that changed ${count}`),
    ],
  };
}

/** What was put into a cluster while it came up must be there afterwards. */
interface Keepsakes {
  /** Writes one more, if there is a cluster by now that takes it. */
  readonly put: () => Promise<void>;
  /** Sentences about those that were taken and are not there. */
  readonly missing: () => Promise<readonly string[]>;
}

function keepsakes(cluster: HaCluster): Keepsakes {
  const taken: string[] = [];
  let tries = 0;
  return {
    put: async () => {
      tries += 1;
      const name = `keepsake-${tries}`;
      const create = ['create', 'configmap', name, '--namespace=kube-public', '--request-timeout=5s'];
      // That it is not taken says nothing: there may be no API yet, or just no answer.
      await kubectl(cluster, create).then(
        () => taken.push(name),
        () => undefined,
      );
    },
    missing: async () => {
      const there = await kubectl(cluster, ['get', 'configmaps', '--namespace=kube-public', '--output=name']);
      const names = there.split('\n').map((line) => line.replace('configmap/', ''));
      return [
        ...(taken.length === 0 ? ['it took nothing that could be lost'] : []),
        ...taken.filter((name) => !names.includes(name)).map((name) => `${name} was taken, and is not there`),
      ];
    },
  };
}
