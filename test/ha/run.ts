import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { removeLab } from '../../lab/clear.ts';
import { startProbes } from '../../lab/probes/probes.ts';
import { labNamed } from '../../lab/state.ts';
import { ROOT } from '../render/scenarios.ts';
import { drills } from './drills.ts';
import { haCluster, mustRun } from './ha-cluster.ts';
import { randomFrom } from './random.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import { page } from './report.ts';

interface Options {
  readonly seed: string;
  readonly runs: number;
  readonly level: readonly (3 | 4)[];
  readonly only?: string;
  readonly json?: string;
  readonly page?: string;
}

/** Rehearses every drill on a cluster of each level, and writes what was seen. */
async function run({ seed, runs, level: levels, only, json, page: pageFile }: Options): Promise<void> {
  console.log(`seed ${seed}`);
  const clusters: { level: 3 | 4; rehearsals: Rehearsal[] }[] = [];
  for (const level of levels) {
    const rehearsals: Rehearsal[] = [];
    clusters.push({ level, rehearsals });
    const name = `ha${level}`;
    const giveUp = (): void => {
      void removeLab(labNamed(name)).finally(() => process.exit(130));
    };
    process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
    try {
      const cluster = await haCluster(name, level);
      await mustRun(cluster, ['up', '--yes']);
      const probes = await startProbes(cluster);
      for (const drill of drills) {
        if (!drill.levels.includes(level) || (only !== undefined && !drill.name.includes(only))) continue;
        for (let round = 1; round <= runs; round += 1) {
          const random = randomFrom(`${seed}/${level}/${drill.name}/${round}`);
          const rehearsal = await rehearse(cluster, probes, drill, random);
          rehearsals.push(rehearsal);
          const verdict = rehearsal.shortfalls.length === 0 ? 'met' : rehearsal.shortfalls.join('; ');
          console.log(`level ${level}, ${drill.name} (${rehearsal.nodes.join(', ')}), ${round}: ${verdict}`);
        }
      }
    } finally {
      await removeLab(labNamed(name));
      process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
    }
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const result = { seed, machine, clusters };
  if (json !== undefined) await writeFile(json, `${JSON.stringify(result, undefined, 2)}\n`);
  if (pageFile !== undefined) await writeFile(pageFile, page(result));
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

function levelOf(text: string): readonly (3 | 4)[] {
  if (text === '3') return [3];
  if (text === '4') return [4];
  throw new InvalidArgumentError('It is 3 or 4.');
}

await new Command('make ha')
  .description('rehearse every fault on clusters of levels 3 and 4 in the lab, and write docs/ha.md')
  .option('--seed <seed>', 'of the moments and the nodes', String(randomInt(2 ** 32)))
  .option('--runs <number>', 'of each fault', wholeNumber, 5)
  .option('--level <level>', '3 or 4; both without it', levelOf, [3, 4] as const)
  .option('--only <words>', 'faults whose names have these words')
  .option('--json <file>', 'all figures')
  .option('--page <file>', 'the page with the figures', join(ROOT, 'docs/ha.md'))
  .action(run)
  .parseAsync();
