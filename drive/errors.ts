import { dirname, resolve } from 'node:path';
import { formatProblem, type Problem } from '../cluster/problem.ts';
import type { ExitName } from './exit-codes.ts';

/** Something that the user has to know about and can do something about. Everything else that is thrown is a bug. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: ExitName;
  /** What was seen, line by line. */
  readonly details: readonly string[];
  /** What to do next, as sentences. */
  readonly remedy: string;
  /** What did not happen, as a sentence: for where it ends a command, and not where the command goes on without it. */
  readonly assurance: string | undefined;

  constructor(
    exit: ExitName,
    message: string,
    remedy: string,
    details: readonly string[] = [],
    assurance?: string,
  ) {
    super(message);
    this.exit = exit;
    this.details = details;
    this.remedy = remedy;
    this.assurance = assurance;
  }
}

/** One or many, in words: `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const NOTHING_CHANGED = 'Nothing was changed.';
const NOTHING_WRITTEN = 'Nothing was written.';
const NOTHING_APPLIED = 'Nothing was applied.';

export function invalidCluster(folder: string, problems: readonly Problem[]): Failure {
  return new Failure(
    'cluster',
    `${folder}: ${count(problems.length, 'problem')} in the description of the cluster.`,
    'Mend what is listed, then run the same command again.',
    problems.map(formatProblem),
    NOTHING_CHANGED,
  );
}

export function noClusterFile(path: string): Failure {
  return new Failure(
    'cluster',
    `There is no ${path}.`,
    'Run kubehaus in the cluster’s folder or name it with -C <folder> or KUBEHAUS_CLUSTER; `kubehaus init` writes a first cluster.yaml.',
  );
}

export function wouldOverwrite(path: string): Failure {
  return new Failure(
    'usage',
    `${path} is there already; init overwrites nothing.`,
    'Edit that file, or name another folder with -C <folder>.',
  );
}

export function noFirstCluster(problems: readonly string[]): Failure {
  return new Failure(
    'usage',
    `These flags do not make a cluster: ${count(problems.length, 'problem')}.`,
    'Mend what is listed, then run the same command again; `kubehaus help init` lists the flags.',
    problems,
    NOTHING_WRITTEN,
  );
}

export function noPublicKeys(folder: string): Failure {
  return new Failure(
    'usage',
    `There is no public SSH key in ${folder}.`,
    'Make one with `ssh-keygen -t ed25519`, or name a file with --ssh-public-key <file>.',
  );
}

export function unusableOption(command: string, option: string, why: string): Failure {
  return new Failure(
    'usage',
    `${option}: ${why}`,
    `See \`kubehaus help ${command}\` for what the command takes.`,
  );
}

export function unreadableFile(option: string, path: string, error: NodeJS.ErrnoException): Failure {
  return new Failure(
    'usage',
    error.code === 'ENOENT'
      ? `${option}: there is no file ${path}.`
      : `${option}: ${path} can’t be read: ${error.message}.`,
    'Check how you wrote its name, then run the same command again.',
    [],
    NOTHING_WRITTEN,
  );
}

export function unwritableFile(option: string, path: string, error: NodeJS.ErrnoException): Failure {
  return new Failure(
    'usage',
    error.code === 'ENOENT'
      ? `${option}: there is no folder ${dirname(resolve(path))}.`
      : `${option}: ${path} can’t be written: ${error.message}.`,
    'Make the folder or name another file, then run the same command again.',
    [],
    error.code === 'ENOENT' ? NOTHING_WRITTEN : undefined,
  );
}

export function missingTool(names: readonly string[], remedy: string): Failure {
  return new Failure(
    'environment',
    `${names.join(' or ')} is not installed: not found in PATH.`,
    remedy,
    [],
    NOTHING_CHANGED,
  );
}

export function toolTooOld(file: string, found: string, wanted: string, remedy: string): Failure {
  return new Failure(
    'environment',
    `${file} is version ${found}, but kubehaus needs ${wanted} or newer.`,
    remedy,
    [],
    NOTHING_CHANGED,
  );
}

export function unusableTool(file: string, details: readonly string[]): Failure {
  return new Failure(
    'environment',
    `${file} does not work: asked for its version, it failed.`,
    'Mend the installation, then run the same command again.',
    details,
    NOTHING_CHANGED,
  );
}

/** More than one thing is missing on this machine: all of them, each with what to do. */
export function severalMissing(failures: readonly Failure[]): Failure {
  return new Failure(
    'environment',
    `${count(failures.length, 'thing')} are missing on this machine.`,
    'Mend what is listed, then run the same command again.',
    failures.flatMap((failure, index) => [
      `${index + 1}. ${failure.message}`,
      ...[...failure.details, failure.remedy].map((line) => `   ${line}`),
    ]),
    NOTHING_CHANGED,
  );
}

export function unreadableIdentityFile(file: string, why: string): Failure {
  return new Failure(
    'environment',
    `The private SSH key ${file} cannot be read.`,
    'Name the file with --ssh-key <file> or KUBEHAUS_SSH_KEY; for a key that only your agent has, its .pub file; or neither, to use your agent and your default keys.',
    [why],
    NOTHING_CHANGED,
  );
}

export function missingToken(): Failure {
  return new Failure(
    'environment',
    'HCLOUD_TOKEN is not set, so nothing can be asked of Hetzner.',
    'Make a token with read and write access in the Hetzner Console (project, Security, API tokens), then: export HCLOUD_TOKEN=…',
    [],
    NOTHING_CHANGED,
  );
}

export function wrongToken(endpoint: string, answer: string): Failure {
  return new Failure(
    'environment',
    'Hetzner does not accept the token in HCLOUD_TOKEN.',
    'Make a new token with read and write access in the Hetzner Console (project, Security, API tokens) and set HCLOUD_TOKEN to it.',
    [`${endpoint} answered: ${answer}`],
    NOTHING_CHANGED,
  );
}

export function fileTrouble(error: NodeJS.ErrnoException): Failure {
  return new Failure(
    'environment',
    `This machine refused a file operation: ${error.message}`,
    'Check that the folder belongs to you and that the disk has room, then run the same command again.',
  );
}

/** A command that ended badly: what ran, how it ended, its last words and where the rest stands. */
export interface FailedCommand {
  readonly command: readonly string[];
  /** Exit code, or the signal that ended it. */
  readonly ending: string;
  readonly tail: readonly string[];
  readonly logFile: string;
}

export function terraformFailed(
  doing: string,
  failed: FailedCommand,
  problems: readonly string[] = [],
): Failure {
  return new Failure(
    'terraform',
    `Terraform failed while ${doing}.`,
    problems.some((problem) => problem.includes('uniqueness_error'))
      ? 'Something of that name is at Hetzner that Terraform’s state does not know: made by hand, by another cluster of the same name, or by a run that was killed at that moment. Delete it in the Hetzner Console if it is of no use, or bring it into the state with `terraform import` in rendered/terraform; then run the same command again.'
      : 'Mend the cause and run the same command again: what was made is kept in the state and is not made twice.',
    problems.length > 0 ? [...problems, ...endingOf(failed)] : [...failed.tail, ...endingOf(failed)],
  );
}

/** Hetzner has no room for some servers now; all else was made (https://docs.hetzner.cloud/reference/cloud#errors). */
export class OutOfStock extends Failure {
  /** Addresses of the servers in Terraform, e.g. `hcloud_server.prod-master-1`. */
  readonly addresses: readonly string[];

  constructor(addresses: readonly string[], failed: FailedCommand, problems: readonly string[]) {
    super(
      'terraform',
      `Hetzner has no ${addresses.length === 1 ? 'server' : 'servers'} of the wanted type at the wanted location now: ${addresses.join(', ')}.`,
      'What was made is kept. Run the same command again later, or name more types that will do, for example serverType: [cx33, cpx32] in cluster.yaml: kubehaus then takes the next one.',
      [...problems, ...endingOf(failed)],
    );
    this.addresses = addresses;
  }
}

/** The account may have no more of something (https://docs.hetzner.cloud/reference/cloud#errors, resource_limit_exceeded). */
export function limitReached(
  addresses: readonly string[],
  failed: FailedCommand,
  problems: readonly string[],
): Failure {
  return new Failure(
    'terraform',
    `Hetzner’s limits of your account do not allow ${addresses.join(', ')}.`,
    'What was made is kept. Ask for higher limits in the Hetzner Console (Limits), or delete what you do not need; then run the same command again: it goes on from there.',
    [...problems, ...endingOf(failed)],
  );
}

export function limitsTooLow(problems: readonly string[]): Failure {
  return new Failure(
    'terraform',
    'Hetzner would refuse a part of this plan.',
    'Ask for higher limits in the Hetzner Console (Limits) and write them into account.limits, delete what you do not need, or plan fewer nodes; then run the same command again.',
    problems,
    NOTHING_APPLIED,
  );
}

/** `terraform init` found another backend than the last time; `folder` is the one in which Terraform runs. */
export function backendChanged(program: string, folder: string, failed: FailedCommand): Failure {
  return new Failure(
    'terraform',
    'terraform.backend in cluster.yaml is another place than the one where this machine had Terraform’s state last.',
    `Move the state: kubehaus render, then in ${folder}: TF_DATA_DIR=../../.kubehaus/terraform ${program} init -migrate-state; then run the same command again. If it was moved from another machine already, remove .kubehaus/terraform here instead. More in docs/backend.md.`,
    endingOf(failed),
    'Nothing was made or destroyed.',
  );
}

const SERVERS_GONE = 'If the servers are gone already, remove rendered/ansible/inventory/addresses.yml.';

/** Servers were made, and the state that Terraform was given knows of none. */
export function stateWithoutServers(nodes: readonly string[]): Failure {
  return new Failure(
    'terraform',
    `Terraform’s state is empty, although servers were made: ${nodes.join(', ')}.`,
    `If the state is elsewhere, set terraform.backend to that place, or move it from there (docs/backend.md), and run the same command again. ${SERVERS_GONE}`,
    [],
    'Nothing was made or destroyed, and nothing forgotten.',
  );
}

/** Servers were made, and the state is a file that this machine does not have: a clone of the cluster's folder, say. */
export function stateNotHere(nodes: readonly string[], file: string): Failure {
  return new Failure(
    'environment',
    `Servers were made, and Terraform’s state is not on this machine (${file}).`,
    `Work on the machine that made them, or move the state to a service there (docs/backend.md). ${SERVERS_GONE}`,
    [`servers: ${nodes.join(', ')}`],
    'Nothing was made or destroyed, and nothing forgotten.',
  );
}

export function unexpectedOutputs(why: string): Failure {
  return new Failure(
    'terraform',
    'Terraform’s output "nodes" is not what the rendered configuration promises.',
    'Run `kubehaus up` again; if that does not help, report it with the message above.',
    [why],
  );
}

/** A task that failed on a host, or a host that could not be reached. */
export interface HostFailure {
  readonly host: string;
  readonly task: string;
  readonly message: string;
}

export function ansibleFailed(failures: readonly HostFailure[], failed: FailedCommand): Failure {
  return new Failure(
    'ansible',
    failures.length > 0
      ? `Ansible stopped: ${count(new Set(failures.map(({ host }) => host)).size, 'node')} failed.`
      : 'Ansible stopped before it reached a node.',
    'Mend the cause and run the same command again: every task can be repeated safely.',
    [...(failures.length > 0 ? failures.map(describeHost) : failed.tail), ...endingOf(failed)],
  );
}

export function lostHosts(failures: readonly HostFailure[], failed: FailedCommand): Failure {
  return new Failure(
    'ssh',
    `${count(new Set(failures.map(({ host }) => host)).size, 'node')} could not be reached over SSH.`,
    'Check that the server runs and the network between you and it, then run the same command again: it goes on where it stopped.',
    [...failures.map(describeHost), ...endingOf(failed)],
  );
}

export function unreachable(waited: string, nodes: readonly { name: string; last: string }[]): Failure {
  return new Failure(
    'ssh',
    `${count(nodes.length, 'node')} did not answer over SSH within ${waited}.`,
    'Check that the server runs, and that your address is in ssh.allowedCidrs; then run the same command again. --ssh-timeout waits longer.',
    nodes.map(({ name, last }) => `${name}: ${last}`),
  );
}

export function noneSucceeded(
  command: readonly string[],
  nodes: readonly { name: string; last: string }[],
): Failure {
  return new Failure(
    'ssh',
    `No node could be asked for \`${command.join(' ')}\`.`,
    'Run `kubehaus status` to see how the nodes are; if the cluster is not finished, `kubehaus up` goes on with it.',
    nodes.map(({ name, last }) => `${name}: ${last}`),
  );
}

export function accessDenied(nodes: readonly { name: string; last: string }[]): Failure {
  return new Failure(
    'ssh',
    `${count(nodes.length, 'node')} let nobody in with the keys at hand.`,
    'Load the private key of one of ssh.publicKeys into your agent (ssh-add), or name it with --ssh-key <file> or KUBEHAUS_SSH_KEY.',
    nodes.map(({ name, last }) => `${name}: ${last}`),
  );
}

export function hostKeyChanged(
  nodes: readonly string[],
  knownHosts: string,
  seen: readonly string[] = [],
): Failure {
  return new Failure(
    'hostKey',
    `${nodes.join(', ')}: the SSH host key is not the one that was pinned at first contact. Somebody could be listening in; everything was stopped.`,
    `Find out why. If you know the reason (you rebuilt the server, say), remove the server’s line from ${knownHosts} and run the same command again.`,
    seen,
  );
}

export function cloudInitFailed(node: string, details: readonly string[]): Failure {
  return new Failure(
    'ssh',
    `${node}: cloud-init, which prepares a new server, failed.`,
    `Look at it with \`kubehaus ssh ${node} -- cloud-init status --long\`; a server that never came up well is best replaced.`,
    details,
  );
}

export function unusableKubeconfig(file: string, why: string): Failure {
  return new Failure(
    'usage',
    `${file} is not a kubeconfig that could be added to; it was left as it is.`,
    'Mend it, or write to another file with --output <file>.',
    [why],
  );
}

export function portInUse(port: number): Failure {
  return new Failure(
    'usage',
    `Something listens on 127.0.0.1:${port} already, probably a tunnel of this cluster.`,
    'If it is, kubectl works as it is. If not, use another port in both places: kubehaus kubeconfig --port <port> and kubehaus tunnel --port <port>.',
  );
}

export function unknownNode(name: string, known: readonly string[]): Failure {
  return new Failure('usage', `The cluster has no node ${name}.`, `Its nodes are: ${known.join(', ')}.`);
}

export function unknownCommit(commit: string, answer: string): Failure {
  return new Failure(
    'usage',
    `--since ${commit} cannot be read from git here.`,
    'Name a commit or a branch that this clone has; in CI, more than the newest commit may have to be fetched.',
    answer.split('\n'),
  );
}

export function limitWithoutHosts(limit: string, answer: string): Failure {
  return new Failure(
    'usage',
    `--limit ${limit} means no host of the cluster.`,
    'Name nodes or groups of rendered/ansible/inventory/cluster.yml, for example --limit etcd or --limit prod-worker-1,prod-worker-2.',
    answer.split('\n').filter((line) => line.trim() !== ''),
  );
}

export function noServersYet(nodes: readonly string[]): Failure {
  return new Failure(
    'cluster',
    `No address is known of ${nodes.join(', ')}: ${nodes.length === 1 ? 'its server has' : 'their servers have'} not been made yet.`,
    'Run `kubehaus up` first.',
  );
}

export function cannotAsk(question: string, flag = '--yes'): Failure {
  return new Failure(
    'usage',
    `There is no terminal to ask on: ${question}`,
    `Look at what would be done, then run the same command with ${flag}.`,
  );
}

export function declined(): Failure {
  return new Failure(
    'stopped',
    'Stopped, as you wished.',
    'Run the same command again at any time.',
    [],
    NOTHING_APPLIED,
  );
}

export function interrupted(): Failure {
  return new Failure('stopped', 'Interrupted.', 'Run the same command again: it goes on where it stopped.');
}

export function stoppedBeforeWriting(): Failure {
  return new Failure(
    'stopped',
    'Interrupted.',
    'Run the same command again at any time.',
    [],
    NOTHING_WRITTEN,
  );
}

export function anotherRun(command: string, pid: number, since: string, lockFile: string): Failure {
  return new Failure(
    'busy',
    `\`kubehaus ${command}\` (process ${pid}, since ${since}) works on this cluster.`,
    `Wait until it has ended. (${lockFile} goes with it.)`,
  );
}

export function leftoverRuns(command: string, pid: number, lockFile: string): Failure {
  return new Failure(
    'busy',
    `A run of \`kubehaus ${command}\` was cut off, and its ${command} (process ${pid}) did not end when asked to.`,
    `End process ${pid}, then run the same command again. (${lockFile} goes with it.)`,
  );
}

export function lockOfAnotherMachine(host: string, command: string, lockFile: string): Failure {
  return new Failure(
    'busy',
    `\`kubehaus ${command}\` on the machine ${host} has locked this cluster.`,
    `Wait until it has ended. If you know that it has, remove ${lockFile}.`,
  );
}

export function outOfDate(changes: readonly string[]): Failure {
  return new Failure(
    'check',
    'The rendered files are not what cluster.yaml and cluster.lock.yaml say.',
    'Run `kubehaus render` and commit what changes.',
    changes,
  );
}

export function unhealthy(findings: readonly string[]): Failure {
  return new Failure(
    'check',
    `The cluster is not healthy: ${count(findings.length, 'finding')}.`,
    'Look at the node with `kubehaus ssh <node>` or, where SSH does not answer, at its server in Hetzner’s Console: it may be off. What is on its way back needs some minutes; `kubehaus configure` puts right what it can.',
    findings,
  );
}

function describeHost({ host, task, message }: HostFailure): string {
  return `${host}: ${task}: ${message}`;
}

function endingOf({ command, ending, logFile }: FailedCommand): string[] {
  return [`command: ${command.join(' ')} (${ending})`, `whole log: ${logFile}`];
}
