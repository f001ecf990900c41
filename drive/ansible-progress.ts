import type { AnsibleEvent, HostStats, ResultStatus } from './ansible-events.ts';
import type { HostFailure } from './errors.ts';
import { fewOf } from './few-of.ts';
import type { Phase, PhaseTime, Reporter } from './reporter.ts';

/** Turns Ansible's events into phases of the reporter: a phase is what has the same first tag (see site.yml). */
export interface AnsibleProgress {
  take(event: AnsibleEvent): void;
  /** Ends the phase that is under way; call it when ansible-playbook has ended. */
  finish(outcome: 'done' | 'failed' | 'stopped'): AnsibleResult;
}

export interface AnsibleResult {
  readonly times: readonly PhaseTime[];
  readonly failures: readonly HostFailure[];
  readonly unreachable: readonly HostFailure[];
  /** What was changed, or with `--check` would be, in the order of the tasks. */
  readonly changes: readonly TaskChange[];
  /** By host; empty when Ansible did not come to its end. */
  readonly stats: Readonly<Record<string, HostStats>>;
}

/** A task that changed something. */
export interface TaskChange {
  readonly phase: string;
  readonly task: string;
  readonly hosts: readonly string[];
}

interface Task {
  readonly phase: string;
  readonly name: string;
  readonly began: number;
  readonly results: Map<string, ResultStatus>;
}

/** How many names stand in a line. */
const NAMES_SHOWN = 6;

export function ansibleProgress(reporter: Reporter): AnsibleProgress {
  const tasks = new Map<string, Task>();
  const times: PhaseTime[] = [];
  const failures: HostFailure[] = [];
  const unreachable: HostFailure[] = [];
  let stats: Readonly<Record<string, HostStats>> = {};
  let current: { title: string; phase: Phase; began: number; last: number } | undefined;
  let play: { title: string; began: number } | undefined;
  let task: Task | undefined;

  const endTask = (time: number) => {
    if (task && current && [...task.results.values()].some((status) => status !== 'skipped')) {
      current.phase.line(`${task.name}: ${summarize(task.results)} (${seconds(time - task.began)})`);
    }
    task = undefined;
  };
  const endPhase = (time: number, outcome: 'done' | 'failed' | 'stopped') => {
    endTask(time);
    if (!current) return;
    current.phase.end(outcome);
    times.push({ title: current.title, milliseconds: (time - current.began) * 1000 });
    current = undefined;
  };

  /** At the first task of a play: with --tags or --limit, Ansible tells of plays in which nothing is done. */
  const beginPhase = (time: number) => {
    if (!play || current?.title === play.title) return;
    endPhase(play.began, 'done');
    current = { title: play.title, phase: reporter.begin(play.title), began: play.began, last: time };
  };

  return {
    take: (event) => {
      if (current) current.last = event.time;
      switch (event.event) {
        case 'play':
          endTask(event.time);
          play = { title: event.tags[0] ?? event.name, began: event.time };
          return;
        case 'task':
          endTask(event.time);
          beginPhase(event.time);
          task = tasks.get(event.id) ?? {
            phase: play?.title ?? '',
            name: event.name,
            began: event.time,
            results: new Map(),
          };
          tasks.set(event.id, task);
          current?.phase.step(event.name);
          return;
        case 'start':
          current?.phase.node(event.host, tasks.get(event.id)?.name ?? '', 'running');
          return;
        case 'retry':
          current?.phase.node(
            event.host,
            `${tasks.get(event.id)?.name ?? ''}: try ${event.attempt} of ${event.of}`,
            'running',
          );
          return;
        case 'result': {
          const of = tasks.get(event.id);
          of?.results.set(event.host, event.status);
          const name = of?.name ?? 'a task';
          if (event.status === 'failed' || event.status === 'unreachable') {
            const failure = { host: event.host, task: name, message: event.message ?? 'no message' };
            (event.status === 'failed' ? failures : unreachable).push(failure);
            current?.phase.node(event.host, `${name}: ${event.status}: ${failure.message}`, 'failed');
          } else {
            current?.phase.node(event.host, `${name}: ${event.status}`, 'running');
          }
          return;
        }
        case 'stats':
          stats = event.hosts;
          return;
        default:
          return event satisfies never;
      }
    },
    finish: (outcome) => {
      endPhase(current?.last ?? 0, outcome);
      return { times, failures, unreachable, changes: changesOf([...tasks.values()]), stats };
    },
  };
}

function changesOf(tasks: readonly Task[]): readonly TaskChange[] {
  return tasks.flatMap(({ phase, name, results }) => {
    const hosts = [...results].filter(([, status]) => status === 'changed').map(([host]) => host);
    return hosts.length === 0 ? [] : [{ phase, task: name, hosts: hosts.sort() }];
  });
}

/** `changed prod-master-1, prod-master-2; 3 ok`. */
function summarize(results: ReadonlyMap<string, ResultStatus>): string {
  const having = (...statuses: ResultStatus[]) =>
    [...results].filter(([, status]) => statuses.includes(status)).map(([host]) => host);
  const changed = having('changed');
  const failed = having('failed', 'unreachable');
  const ok = having('ok', 'ignored').length;
  return [
    ...(failed.length > 0 ? [`failed on ${names(failed)}`] : []),
    ...(changed.length > 0 ? [`changed ${names(changed)}`] : []),
    ...(ok > 0 ? [`${ok} ok`] : []),
  ].join('; ');
}

function names(hosts: readonly string[]): string {
  return fewOf([...hosts].sort(), NAMES_SHOWN);
}

function seconds(time: number): string {
  return `${time.toFixed(1)} s`;
}
