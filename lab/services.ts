import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiAddress, mirrorUrl } from './network/addresses.ts';
import { inControlNamespace } from './network/namespaces.ts';
import { alive, end, markOfSync, pause, type ProcessMark } from './processes.ts';
import type { Lab } from './state.ts';

export type ServiceName = 'api' | 'mirror';

/** What the lab runs in its control namespace, detached, for its hosts and users. */
export interface Service {
  readonly name: ServiceName;
  /** Its program, from lab/, without the file's extension. */
  readonly entry: string;
  readonly args: readonly string[];
}

interface ServiceRecord extends ProcessMark {
  readonly args: readonly string[];
}

/** Any answer from here will do, an error as well. */
const urls: Readonly<Record<ServiceName, string>> = {
  api: `http://${apiAddress}/v1/locations`,
  mirror: `${mirrorUrl}/files/SHA256SUMS`,
};

export function apiService(lab: Lab): Service {
  return { name: 'api', entry: 'api/main', args: ['--listen', `${apiAddress}:80`, '--lab', lab.name] };
}

export function mirrorService(folder: string): Service {
  return { name: 'mirror', entry: 'mirror/main', args: ['--mirror', folder] };
}

/** Starts the service, or finds it running as it shall. Fulfilled when it answers. */
export async function startService(lab: Lab, service: Service): Promise<void> {
  const record = readRecord(lab, service.name);
  if (record !== undefined && (await alive(record))) {
    if (JSON.stringify(record.args) === JSON.stringify(service.args)) return answers(lab, service, record);
    await stopService(lab, service.name);
  }
  await answers(lab, service, launch(lab, service));
}

/** Does nothing when it does not run. */
export async function stopService(lab: Lab, name: ServiceName): Promise<void> {
  const record = readRecord(lab, name);
  if (record !== undefined) await end(record, 5000);
  rmSync(recordFile(lab, name), { force: true });
}

/** Does the service run, and does it answer? */
export async function serviceWorks(lab: Lab, name: ServiceName): Promise<boolean> {
  const record = readRecord(lab, name);
  return record !== undefined && (await alive(record)) && (await answersNow(lab, name));
}

/**
 * Starting and noting it down is one step, which no signal can come between (as long as this process handles signals itself):
 * or there might be a service that nobody knows of.
 */
function launch(lab: Lab, { name, entry, args }: Service): ProcessMark {
  mkdirSync(folder(lab), { recursive: true });
  const output = openSync(logFile(lab, name), 'a');
  try {
    const [program, ...rest] = inControlNamespace(lab, [...nodeCommand(entry), ...args]);
    const child = spawn(program, rest, {
      detached: true,
      stdio: ['ignore', output, output],
      env: environment(),
      cwd: '/',
    });
    // Node says why only in the event; that there is no pid, it says at once.
    child.once('error', () => undefined);
    const mark = child.pid === undefined ? undefined : markOfSync(child.pid);
    if (mark === undefined) throw new Error(`The ${name} did not start: ${program} can't be run.`);
    child.unref();
    const record: ServiceRecord = { ...mark, args };
    writeFileSync(recordFile(lab, name), JSON.stringify(record));
    return mark;
  } finally {
    closeSync(output);
  }
}

/** Runs a program of this package with node: compiled as we are, or from its source as we are. */
function nodeCommand(entry: string): readonly string[] {
  const compiled = import.meta.url.endsWith('.js');
  const file = fileURLToPath(new URL(`${entry}${compiled ? '.js' : '.ts'}`, import.meta.url));
  return compiled
    ? [process.execPath, file]
    : [process.execPath, '--import', import.meta.resolve('tsx'), file];
}

/** No more than they need: what is in a process's environment can be read from outside. */
function environment(): NodeJS.ProcessEnv {
  const names = ['HOME', 'PATH', 'KUBEHAUS_LAB_STATE', 'KUBEHAUS_LAB_CACHE'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function answers(lab: Lab, { name }: Service, mark: ProcessMark): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answersNow(lab, name))) {
    const gone = !(await alive(mark));
    if (gone || Date.now() > deadline) {
      throw new Error(
        [
          gone
            ? `The ${name} ended instead of answering:`
            : `The ${name} runs, but does not answer within a minute:`,
          ...(await readFile(logFile(lab, name), 'utf8')).trimEnd().split('\n').slice(-10),
          `Its whole output is in ${logFile(lab, name)}`,
        ].join('\n'),
      );
    }
    await pause(100);
  }
}

async function answersNow(lab: Lab, name: ServiceName): Promise<boolean> {
  const curl = ['curl', '--silent', '--output', '/dev/null', '--max-time', '2', '--noproxy', '*', urls[name]];
  const [program, ...args] = inControlNamespace(lab, curl);
  return (await execa(program, args, { reject: false })).exitCode === 0;
}

function readRecord(lab: Lab, name: ServiceName): ServiceRecord | undefined {
  const file = recordFile(lab, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServiceRecord) : undefined;
}

function folder(lab: Lab): string {
  return join(lab.folder, 'services');
}

function recordFile(lab: Lab, name: ServiceName): string {
  return join(folder(lab), `${name}.json`);
}

function logFile(lab: Lab, name: ServiceName): string {
  return join(folder(lab), `${name}.log`);
}
