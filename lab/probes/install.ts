import { chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pause } from '../processes.ts';
import { beginEvidence } from './evidence.ts';
import { filesOf, inHost } from './in-host.ts';
import { kubectl } from './kubectl.ts';
import { parseLines, type Line } from './lines.ts';
import { manifest } from './manifest.ts';
import { apiLog, namespace, onHost, program, tokenFile, trafficLog, unit } from './places.ts';
import { nodesOf, type ProbedCluster, type ProbedNode } from './probed-cluster.ts';
import { probeProgram } from './program.ts';
import { unitFor } from './unit.ts';

/** How long probes may take until all of them work, in milliseconds. */
const patience = 120_000;

/** How long the probes' token is good: they read it once, and labs are not left running for longer. */
const TOKEN_LASTS = '720h';

/** Puts the probes on every master and worker that is on, and waits until they work. */
export async function install(cluster: ProbedCluster): Promise<void> {
  const built = await probeProgram();
  const nodes: ProbedNode[] = [];
  for (const node of await nodesOf(cluster)) {
    if ((await filesOf(cluster.lab, node.id)).runs) nodes.push(node);
  }
  await Promise.all(nodes.map((node) => putProgram(cluster, node, built)));
  // Pods of an earlier start have its program.
  const former = ['delete', 'daemonset', 'probe', `--namespace=${namespace}`, '--ignore-not-found'];
  await kubectl(cluster, former);
  const begin = Date.now();
  await kubectl(cluster, ['apply', '--filename=-'], manifest());
  const token = await kubectl(cluster, [
    'create',
    'token',
    'api',
    `--namespace=${namespace}`,
    `--duration=${TOKEN_LASTS}`,
  ]);
  await Promise.all(nodes.map((node) => startUnit(cluster, node, token)));
  await untilWarm(cluster, nodes, begin);
  await beginEvidence(
    cluster,
    nodes.map(({ name }) => name),
  );
}

/** A running program's file can't be written to, but replaced. */
async function putProgram({ lab }: ProbedCluster, { id }: ProbedNode, built: string): Promise<void> {
  const folder = join((await filesOf(lab, id)).root, onHost);
  for (const log of [program, apiLog, trafficLog]) {
    await mkdir(dirname(join(folder, log)), { recursive: true, mode: 0o700 });
  }
  const file = join(folder, program);
  await copyFile(built, `${file}.new`);
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
}

async function startUnit({ lab }: ProbedCluster, { id, name }: ProbedNode, token: string): Promise<void> {
  const { root } = await filesOf(lab, id);
  await writeFile(join(root, onHost, tokenFile), token, { mode: 0o600 });
  await writeFile(join(root, 'etc/systemd/system', unit), unitFor(name));
  await inHost(lab, id, ['systemctl', 'daemon-reload']);
  await inHost(lab, id, ['systemctl', 'enable', '--quiet', unit]);
  await inHost(lab, id, ['systemctl', 'restart', unit]);
}

/** Looks at what the probes have written since `begin`. */
async function untilWarm(cluster: ProbedCluster, nodes: readonly ProbedNode[], begin: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const missing: string[] = [];
    for (const { id, name } of nodes) {
      const { root } = await filesOf(cluster.lab, id);
      const recent: Line[] = [];
      for (const log of [apiLog, trafficLog]) {
        const text = await readFile(join(root, onHost, log), 'utf8').catch(() => '');
        recent.push(...parseLines(text, begin).lines);
      }
      const others = nodes.map((node) => node.name).filter((other) => other !== name);
      missing.push(...whatIsMissing(recent, others).map((what) => `${name}: ${what}`));
    }
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        [
          `The cluster does not do what is to be probed, ${patience / 1000} s after the start:`,
          ...missing,
        ].join('\n  '),
      );
    }
    await pause(500);
  }
}

/** Something that a node's probe does: which lines are about it, and which of them say that it works. */
interface Wanted {
  readonly what: string;
  readonly concerns: (line: Line) => boolean;
  readonly works: (line: Line) => boolean;
}

const answered = ({ outcome }: Line): boolean => outcome === 'ok';

/** What a node has not done well yet, with the way in which it failed last. */
export function whatIsMissing(lines: readonly Line[], others: readonly string[]): readonly string[] {
  const wanted: readonly Wanted[] = [
    ...(['read', 'kept', 'write', 'service'] as const).map((series) => ({
      what: series,
      concerns: (line: Line) => line.series === series,
      works: answered,
    })),
    { what: 'watch', concerns: ({ series }) => series === 'watch', works: ({ event }) => event === 'number' },
    ...others.map((other) => ({
      what: `requests to the pod on ${other}`,
      concerns: ({ series, to }: Line) => series === 'pod' && to === other,
      works: answered,
    })),
    ...others.map((other) => ({
      what: `a long connection to the pod on ${other}`,
      concerns: ({ series, to }: Line) => series === 'stream' && to === other,
      works: ({ event }: Line) => event === 'open',
    })),
  ];
  return wanted.flatMap(({ what, concerns, works }) => {
    const its = lines.filter(concerns);
    if (its.some(works)) return [];
    const last = its.at(-1);
    return [
      `${what} (${last === undefined ? 'nothing was tried' : `last: ${last.outcome ?? last.event ?? ''}`})`,
    ];
  });
}
