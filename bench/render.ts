import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { loadCluster } from '../cluster/load.ts';
import { readSources } from '../drive/read-sources.ts';
import { renderCluster } from '../render/tree.ts';

// How long it takes from cluster.yaml's text to every rendered file (Terraform's JSON included), and how much memory.
// Each size runs in a process of its own, several times; the median counts.
const SIZES = [10, 100, 1000];
const RUNS = 5;

/** What one process measured: milliseconds without Node's start, and its largest resident memory in MiB. */
interface Figures {
  readonly milliseconds: number;
  readonly mebibytes: number;
  readonly files: number;
}

async function measure(workers: number): Promise<Figures> {
  const clusterYaml = JSON.stringify({
    name: 'bench',
    // A project has no placement groups for more.
    workers: [{ count: workers, placementGroups: workers <= 400 }],
    network: { nodeCidr: '10.0.0.0/16', podCidr: '10.128.0.0/9', serviceCidr: '10.96.0.0/16' },
    ssh: {
      publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample1'],
    },
  });
  const start = performance.now();
  const loaded = loadCluster({ clusterYaml });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const tree = renderCluster(loaded.value.plan, await readSources());
  return {
    milliseconds: performance.now() - start,
    mebibytes: process.resourceUsage().maxRSS / 1024,
    files: tree.size,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

const [only] = process.argv.slice(2);
if (only !== undefined) {
  console.log(JSON.stringify(await measure(Number(only))));
} else {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, median of ${RUNS} runs`,
  );
  console.log('workers    files   seconds   ms/worker      MiB');
  for (const size of SIZES) {
    const runs = Array.from({ length: RUNS }, () => {
      const child = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, String(size)]);
      return JSON.parse(child.stdout.toString()) as Figures;
    });
    const time = median(runs.map(({ milliseconds }) => milliseconds));
    const memory = median(runs.map(({ mebibytes }) => mebibytes));
    console.log(
      [
        String(size).padStart(7),
        String(runs[0]?.files).padStart(8),
        (time / 1000).toFixed(2).padStart(9),
        (time / size).toFixed(2).padStart(11),
        memory.toFixed(0).padStart(8),
      ].join(' '),
    );
  }
}
