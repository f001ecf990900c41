import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostFolder } from '../hosts/host-folder.ts';
import { filesOf } from './in-host.ts';
import { kubectl } from './kubectl.ts';
import { LONGEST, parseLines, type Line } from './lines.ts';
import { endOfLog } from './log-end.ts';
import { nodeLabel } from './manifest.ts';
import type { Mark } from './marks.ts';
import { apiLog, evidenceFolder, namespace, onHost, trafficLog } from './places.ts';
import { mastersBySerial, nodesOf, type ProbedCluster } from './probed-cluster.ts';
import type { Evidence } from './report.ts';
import type { FinalRead } from './writes.ts';

/** What is kept of a run of the probes, beside the logs. */
interface ProbeRun {
  readonly from: number;
  /** When they were stopped; not there while they run. */
  readonly to?: number;
  readonly nodes: readonly string[];
}

const logs = { api: apiLog, traffic: trafficLog };

/** From now on lines count, on these nodes. What was found before is thrown away, on the hosts as well. */
export async function beginEvidence(cluster: ProbedCluster, nodes: readonly string[]): Promise<void> {
  const folder = evidenceFolder(cluster);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name, id } of await nodesOf(cluster)) {
    if (!nodes.includes(name)) continue;
    const { root } = await filesOf(cluster.lab, id);
    // The probes append, wherever the end is.
    for (const log of Object.values(logs)) await truncate(join(root, onHost, log));
  }
  await save(cluster, 'run.json', { from: Date.now(), nodes } satisfies ProbeRun);
}

/** The nodes that are probed now; none where no probes run. */
export async function probedNodes(cluster: ProbedCluster): Promise<readonly string[]> {
  const run = await load<ProbeRun>(cluster, 'run.json');
  return run === undefined || run.to !== undefined ? [] : run.nodes;
}

/** What was found stays as it is now. */
export async function endEvidence(cluster: ProbedCluster): Promise<void> {
  const run = await load<ProbeRun>(cluster, 'run.json');
  if (run !== undefined && run.to === undefined) {
    const to = Date.now();
    await gather(cluster, run);
    await gatherNumbers(cluster);
    await save(cluster, 'run.json', { ...run, to } satisfies ProbeRun);
  }
}

/** Notes what was done to the cluster, for the report to tell apart. Its time is now unless another one is given. */
export async function addMark(
  cluster: ProbedCluster,
  { at = Date.now(), ...mark }: Omit<Mark, 'at'> & { readonly at?: number },
): Promise<Mark> {
  await runOf(cluster);
  const unknown = mark.nodes.filter((node) => !/^[a-z0-9-]+$/.test(node));
  if (unknown.length > 0) throw new Error(`"${unknown.join(', ')}" is no name of a node.`);
  const noted: Mark = { at, ...mark };
  await appendFile(join(evidenceFolder(cluster), 'marks.jsonl'), `${JSON.stringify(noted)}\n`);
  return noted;
}

/**
 * All that was found until now, or from `since` on (milliseconds since 1970). Reads hosts' disks: a host that is off or cut off has its
 * log as any other, and one that was destroyed has it as it was at the last call. The cluster is asked for the numbers that stand there, too.
 */
export async function collect(cluster: ProbedCluster, since = 0): Promise<Evidence> {
  const run = await runOf(cluster);
  const to = run.to ?? Date.now();
  if (run.to === undefined) {
    await gather(cluster, run);
    await gatherNumbers(cluster);
  }
  const lines: Line[] = [];
  let unreadable = 0;
  for (const node of run.nodes) {
    for (const kind of Object.keys(logs)) {
      const file = join(evidenceFolder(cluster), `${node}.${kind}.jsonl`);
      if (!existsSync(file)) continue;
      // Numbers that were certain before count as well: all since the start.
      const found = parseLines(await readFile(file, 'utf8'), run.from);
      for (const line of found.lines) lines.push(line);
      unreadable += found.unreadable;
    }
  }
  return {
    from: Math.max(run.from, since),
    to,
    lines,
    unreadable,
    nodes: run.nodes,
    masters: (await load<Record<string, string>>(cluster, 'masters.json')) ?? {},
    marks: await marksOf(cluster),
    final: await load<FinalRead>(cluster, 'final.json'),
  };
}

/**
 * What was found from `since` on (milliseconds since 1970) by probes that run, on hosts that there are now: the ends of their logs. Nobody is
 * asked and nothing is written, so that who looks again and again takes little of the time of those that are looked at.
 */
export async function lately(cluster: ProbedCluster, since: number): Promise<Evidence> {
  const run = await runOf(cluster);
  const to = Date.now();
  const ends: string[] = [];
  for (const { name, id } of await nodesOf(cluster)) {
    if (!run.nodes.includes(name)) continue;
    for (const log of Object.values(logs)) {
      const file = logOn(cluster, id, log);
      if (existsSync(file)) ends.push(await endOfLog(file, since - LONGEST));
    }
  }
  return {
    from: since,
    to,
    ...parseLines(ends.join('\n')),
    nodes: run.nodes,
    masters: await mastersBySerial(cluster),
    marks: await marksOf(cluster),
    final: undefined,
  };
}

async function marksOf(cluster: ProbedCluster): Promise<readonly Mark[]> {
  const file = join(evidenceFolder(cluster), 'marks.jsonl');
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Mark);
}

function logOn({ lab }: ProbedCluster, id: number, log: string): string {
  return join(hostFolder(lab, id), 'disk/root', onHost, log);
}

/** Brings all that hosts' disks can tell to this machine's folder. */
async function gather(cluster: ProbedCluster, run: ProbeRun): Promise<void> {
  for (const { name, id } of await nodesOf(cluster)) {
    if (!run.nodes.includes(name)) continue;
    for (const [kind, log] of Object.entries(logs)) {
      const file = logOn(cluster, id, log);
      if (existsSync(file)) await copyFile(file, join(evidenceFolder(cluster), `${name}.${kind}.jsonl`));
    }
  }
  // A master that was made anew has a new certificate; the former one's lines are still there.
  const former = await load<Record<string, string>>(cluster, 'masters.json');
  await save(cluster, 'masters.json', { ...former, ...(await mastersBySerial(cluster)) });
}

/** Brings the numbers as they stand in the cluster here. Where nobody can be asked there are none: former ones would pass for these. */
async function gatherNumbers(cluster: ProbedCluster): Promise<void> {
  const final = await finalRead(cluster);
  if (final !== undefined) await save(cluster, 'final.json', final);
  else await rm(join(evidenceFolder(cluster), 'final.json'), { force: true });
}

/** Asks a master for the numbers as they stand there; undefined when none answers. */
async function finalRead(cluster: ProbedCluster): Promise<FinalRead | undefined> {
  const at = Date.now();
  const args = ['get', 'configmaps', '-n', namespace, '-l', nodeLabel, '-o', 'json', '--request-timeout=10s'];
  const text = await kubectl(cluster, args).catch(() => undefined);
  if (text === undefined) return undefined;
  const { items } = JSON.parse(text) as {
    items: { readonly metadata: { readonly name: string }; readonly data?: { readonly number?: string } }[];
  };
  return {
    at,
    numbers: Object.fromEntries(
      items.map(({ metadata, data }) => [metadata.name, Number(data?.number ?? 0)]),
    ),
  };
}

async function runOf(cluster: ProbedCluster): Promise<ProbeRun> {
  const run = await load<ProbeRun>(cluster, 'run.json');
  if (run === undefined) {
    throw new Error(
      `Nothing probes ${cluster.folder}: kubehaus-lab probe start --name ${cluster.lab.name} ${cluster.folder}`,
    );
  }
  return run;
}

async function load<T>(cluster: ProbedCluster, name: string): Promise<T | undefined> {
  const file = join(evidenceFolder(cluster), name);
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as T) : undefined;
}

async function save(cluster: ProbedCluster, name: string, content: object): Promise<void> {
  await writeFile(join(evidenceFolder(cluster), name), JSON.stringify(content, undefined, 2));
}
