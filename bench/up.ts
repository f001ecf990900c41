import { cpus } from 'node:os';
import { removeLab } from '../lab/clear.ts';
import { labCluster } from '../test/e2e/lab-cluster.ts';

// How long a cluster of three masters and two workers takes in the lab, phase by phase: made anew, and run again without
// changes. What counts against the goal begins when all hosts answer SSH, so the phase `provision` is the first.
const example = process.argv[2] ?? 'level-3';
const cluster = await labCluster('bench', example);
try {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, examples/${example}`,
  );
  for (const [title, args] of [
    ['made anew', ['up', '--yes']],
    ['run again', ['configure']],
  ] as const) {
    const { exitCode, all } = await cluster.kubehaus(args);
    if (exitCode !== 0) throw new Error(all);
    const phases = [...all.matchAll(/^\[(.+)\] done in (?:(\d+) min )?([\d.]+) s/gm)].map(
      ([, phase = '', minutes = '0', seconds = '0']) =>
        [phase, Number(minutes) * 60 + Number(seconds)] as const,
    );
    console.log(`\n${title}`);
    for (const [phase, seconds] of phases)
      console.log(`${phase.padEnd(20)}${seconds.toFixed(1).padStart(8)} s`);
    const first = phases.findIndex(([phase]) => phase === 'provision');
    const sum = phases.slice(first).reduce((total, [, seconds]) => total + seconds, 0);
    console.log(`${'from SSH to Ready'.padEnd(20)}${sum.toFixed(1).padStart(8)} s`);
  }
} finally {
  await removeLab(cluster.lab);
}
