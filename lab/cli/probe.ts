import { Command, InvalidArgumentError } from 'commander';
import { addMark, collect, probedNodes } from '../probes/evidence.ts';
import { inWords } from '../probes/in-words.ts';
import { markKinds, type MarkKind } from '../probes/marks.ts';
import { namesOf, type ProbedCluster } from '../probes/probed-cluster.ts';
import { startProbes, stopProbes } from '../probes/probes.ts';
import { reportOf } from '../probes/report.ts';
import { environmentOfRunning } from '../environment.ts';
import { labNamed } from '../state.ts';
import { commandsOf, type LabOption } from './name-option.ts';

/** `kubehaus-lab probe`: how a cluster is for its users while things go wrong. One subcommand a step. */
export function probeCommand(): Command {
  const probe = new Command('probe').description(
    'ask a cluster all the time, and report what its users would have noticed',
  );
  const add = commandsOf(probe);
  const command = (name: string, description: string) =>
    add(name, description).argument('<cluster folder>', 'what "kubehaus-lab cluster" printed');

  command(
    'start',
    'probe it from every master and worker, ten times a second, until "stop"; what was found before is thrown away',
  ).action(async (folder: string, { name }: LabOption) => {
    await startProbes(await clusterIn(folder, name));
    process.stdout.write(
      `The probes run. What they have found: kubehaus-lab probe report --name ${name} ${folder}\n`,
    );
  });

  command('mark', 'note what is being done to the cluster; nodes under fault are told apart in the report')
    .argument(
      '<kind>',
      `${markKinds.join(', ')}: the nodes are under fault from now on; the cause is gone; they count as all others again`,
      markKind,
    )
    .argument('<label>', 'what the report calls it')
    .option('--nodes <names>', 'nodes that it is about, with commas', (text: string) => text.split(','), [])
    .action(
      async (
        folder: string,
        kind: MarkKind,
        label: string,
        { name, nodes }: LabOption & { nodes: readonly string[] },
      ) => {
        const cluster = await clusterIn(folder, name);
        if (kind !== 'fault' && nodes.length === 0)
          throw new Error(`Say which nodes are ${kind}, with --nodes.`);
        // One that left is in the evidence all the same.
        const known = [...new Set([...(await namesOf(cluster)), ...(await probedNodes(cluster))])];
        const unknown = nodes.filter((node) => !known.includes(node));
        if (unknown.length > 0)
          throw new Error(`The cluster has no ${unknown.join(', ')}: its nodes are ${known.join(', ')}.`);
        await addMark(cluster, { kind, label, nodes });
      },
    );

  command('report', 'what users of the cluster would have noticed; after "stop" as well')
    .option('--json', 'as JSON', false)
    .option(
      '--since <time>',
      'from then on: a time such as 2026-01-31T12:00:00Z, or how long ago, such as 90s or 5m',
      time,
    )
    .action(async (folder: string, { name, json, since }: LabOption & { json: boolean; since?: number }) => {
      const report = reportOf(await collect(await clusterIn(folder, name), since));
      process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : inWords(report));
    });

  command('stop', 'end the probes and remove every trace of them from the cluster and its hosts').action(
    async (folder: string, { name }: LabOption) => stopProbes(await clusterIn(folder, name)),
  );
  return probe;
}

/** Fails, with what to do, when the lab is not up. */
async function clusterIn(folder: string, name: string): Promise<ProbedCluster> {
  const lab = labNamed(name);
  await environmentOfRunning(lab);
  return { lab, folder };
}

function markKind(text: string): MarkKind {
  const kind = markKinds.find((known) => known === text);
  if (kind === undefined) throw new InvalidArgumentError(`It must be one of ${markKinds.join(', ')}.`);
  return kind;
}

const units = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds since 1970 of a time, or of one so long ago. */
export function time(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  const at =
    count === undefined ? Date.parse(text) : Date.now() - Number(count) * units[unit as keyof typeof units];
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or 90s, 5m, 1h.');
  return at;
}
