import { loadCluster } from '../cluster/load.ts';
import { firstClusterYaml, type FirstCluster } from './first-cluster.ts';

/** What is wrong with a flag, in one or two sentences. */
export interface FlagProblem {
  /** The flag as it is typed, e.g. `--masters`; a field of cluster.yaml where no flag sets it. */
  readonly flag: string;
  readonly message: string;
}

/** Fields of cluster.yaml, and the flags by which they are set. */
export type FlagOfField = Readonly<Record<string, string>>;

/** What `kubehaus init` makes of its flags: a cluster that loads, or everything that is wrong with them. */
export type Translation =
  | { readonly ok: true; readonly cluster: FirstCluster; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly FlagProblem[] };

/** `--masters: 2 etcd members survive no more failures than 1. Use 1 or 3 masters.` */
export function formatFlagProblem({ flag, message }: FlagProblem): string {
  return `${flag}: ${message}`;
}

/**
 * Everything that keeps a first cluster from being one, told of the flags that it came from: the rules are those of
 * cluster.yaml (cluster/load.ts), and each field that a problem names is replaced by its flag.
 */
export function problemsOf(cluster: FirstCluster, flags: FlagOfField): readonly FlagProblem[] {
  const loaded = loadCluster({ clusterYaml: firstClusterYaml(cluster) });
  const problems = (loaded.ok ? [] : loaded.problems).map(({ path, message, remedy }) => ({
    flag: flagAt(path, flags),
    message: inFlags(`${message}. ${remedy}${remedy.endsWith('?') ? '' : '.'}`, flags),
  }));
  // One flag may set several fields.
  return [...new Map(problems.map((problem) => [formatFlagProblem(problem), problem])).values()];
}

function flagAt(path: string, flags: FlagOfField): string {
  const fields = Object.keys(flags).filter(
    (field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
  );
  const nearest = fields.sort((one, other) => other.length - one.length)[0];
  return nearest === undefined ? path : (flags[nearest] as string);
}

/** Fields without a dot are left alone: they are words of the language, too. */
function inFlags(text: string, flags: FlagOfField): string {
  return Object.entries(flags)
    .filter(([field]) => field.includes('.'))
    .reduce((told, [field, flag]) => told.replaceAll(field, flag), text);
}
