import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../drive/exit-codes.ts';
import { hostNamed } from '../../lab/faults/host-named.ts';
import { breakSsh } from '../../lab/faults/ssh.ts';
import { kubectl } from '../../lab/probes/kubectl.ts';
import { playbook } from '../e2e/playbook.ts';
import { everyNode, type HaCluster } from './ha-cluster.ts';
import { TASKS_OF_UP, TASKS_OF_UP_AGAIN, upAgain, upKilled } from './killed-run.ts';
import { divergedMembers } from './looks.ts';
import { oneOf } from './random.ts';

/** How a cluster came up although its operator did not. */
export interface Interruptions {
  /** The last tasks that had ended when `kubehaus up` was killed, run by run. */
  readonly killedAfter: readonly string[];
  /** The hosts whose SSH sessions broke off in the middle of a run, how many there were, and whether that run said so and failed. */
  readonly sshBroken: readonly {
    readonly host: string;
    readonly sessions: number;
    readonly failed: boolean;
  }[];
  /** What was not as it should be, in sentences. */
  readonly shortfalls: readonly string[];
}

/**
 * Brings a new cluster up with `kubehaus up`, which is killed in the middle of so many tasks of chance: each time further on until the cluster
 * is up, and then anywhere. Then its SSH breaks so many times; then it is run to its end, and once more by hand.
 */
export async function interrupt(
  cluster: HaCluster,
  random: () => number,
  { kills, breaks }: { readonly kills: number; readonly breaks: number },
): Promise<Interruptions> {
  const killedAfter: string[] = [];
  const shortfalls: string[] = [];
  const kept = keepsakes(cluster);
  const kill = async (tasks: number): Promise<void> => {
    const { after, exitCode, all } = await upKilled(cluster, tasks, random() * 1000);
    if (after !== undefined) killedAfter.push(after);
    else if (exitCode !== exitCodes.ok.code && exitCode !== exitCodes.busy.code)
      shortfalls.push(`a rerun failed by itself: ${all}`);
    console.log(`killed after ${after ?? `nothing: it had ended with ${exitCode}`}`);
    await kept.put();
  };
  const moments = Array.from({ length: kills }, () => Math.ceil(random() * TASKS_OF_UP));
  for (const tasks of moments.toSorted((a, b) => a - b)) await kill(tasks);
  // The last ones may have come to their ends, with fewer tasks than a whole run has.
  for (let left = 2 * (kills - killedAfter.length); left > 0 && killedAfter.length < kills; left -= 1)
    await kill(Math.ceil(random() * TASKS_OF_UP_AGAIN));

  const sshBroken: { host: string; sessions: number; failed: boolean }[] = [];
  for (let count = 0; count < breaks; count += 1) {
    const host = oneOf(random, [...cluster.expected.masters, ...cluster.expected.workers]);
    const run = upAgain(cluster);
    const broken = sleep(5000 + random() * 15_000).then(async () =>
      breakSsh(cluster.lab, await hostNamed(cluster.lab, host), { refuseFor: 5 }),
    );
    const [{ exitCode }, sessions] = await Promise.all([run, broken]);
    sshBroken.push({ host, sessions, failed: exitCode !== 0 });
    console.log(`${sessions} SSH sessions of ${host} broken: the run ended with ${exitCode}`);
  }

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
      ...sshBroken
        .filter(({ sessions }) => sessions === 0)
        .map(({ host }) => `${host} had no SSH session that could break`),
      ...(killedAfter.length < kills
        ? [`killed ${killedAfter.length} times, not ${kills}: other runs had come to their end`]
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
