import { execa } from 'execa';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { temporaryFolder } from '../drive/cluster-in-a-folder.ts';
import { commandLine } from './kubehaus.ts';

vi.setConfig({ testTimeout: 180_000 });

const driver = fileURLToPath(new URL('pseudo-terminal.py', import.meta.url));

const ENTER = '\r';
const DOWN = '\u001b[B';
const CLEAR = '\u0015';
const CTRL_C = '\u0003';

/** What to wait for, and what to type then. */
type Step = readonly [awaited: string, keys: string];

/** `kubehaus init` on a pseudo terminal, in an empty folder of its own. */
async function initOnTerminal(steps: readonly Step[], keys: Readonly<Record<string, string>>) {
  const home = await temporaryFolder();
  const folder = join(home, 'cluster');
  await mkdir(folder);
  await mkdir(join(home, '.ssh'));
  for (const [name, key] of Object.entries(keys)) await writeFile(join(home, '.ssh', name), `${key}\n`);
  const ran = await execa('python3', [driver, ...commandLine(['init', '-C', folder])], {
    input: JSON.stringify(steps),
    env: { HOME: home, KUBEHAUS_CLUSTER: undefined, TERM: 'xterm', COLUMNS: '200' },
    reject: false,
    timeout: 120_000,
  });
  return { folder, exitCode: ran.exitCode, screen: ran.stdout };
}

const OTHER_KEY = PUBLIC_KEY.replace('ops@', 'second@');

describe('kubehaus init on a terminal, without flags', () => {
  it('asks, refuses what makes no cluster, and writes what was answered', async () => {
    const { folder, exitCode, screen } = await initOnTerminal(
      [
        ['Name of the cluster', `Prod${ENTER}`],
        ['is not a DNS label', `${CLEAR}prod${ENTER}`],
        ['What shall it survive?', DOWN + ENTER],
        ['How many masters?', ENTER],
        ['How many etcd machines?', `4${ENTER}`],
        ['4 etcd members survive no more failures than 3', `${CLEAR}5${ENTER}`],
        ['How many workers?', `7${ENTER}`],
        ['In which locations?', ` ${ENTER}`],
        ['Server type of masters', ENTER],
        ['Server type of etcd machines', ENTER],
        ['Server type of workers', `cx43${ENTER}`],
        ['Whose public keys', ` ${ENTER}`],
        ['refuse to delete', `n${ENTER}`],
      ],
      { 'a.pub': PUBLIC_KEY, 'b.pub': OTHER_KEY },
    );
    expect([exitCode, screen.includes('Next: read cluster.yaml')], screen).toEqual([0, true]);
    expect(parse(await readFile(join(folder, 'cluster.yaml'), 'utf8'))).toEqual({
      name: 'prod',
      locations: ['fsn1', 'hel1'],
      controlPlane: { count: 2, serverType: 'cx33' },
      etcd: { placement: 'isolated', count: 5, serverType: 'cx23' },
      workers: [{ name: 'worker', count: 7, serverType: 'cx43' }],
      ssh: { publicKeys: [OTHER_KEY] },
      deleteProtection: false,
    });
  });

  it('writes nothing when it is interrupted', async () => {
    const { folder, exitCode, screen } = await initOnTerminal(
      [
        ['Name of the cluster', `prod${ENTER}`],
        ['What shall it survive?', CTRL_C],
      ],
      { 'a.pub': PUBLIC_KEY },
    );
    expect([exitCode, screen]).toEqual([130, expect.stringContaining('Nothing was written.')]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says before the first question that there is no key', async () => {
    const { exitCode, screen } = await initOnTerminal([], {});
    expect([exitCode, screen]).toEqual([2, expect.stringContaining('ssh-keygen -t ed25519')]);
    expect(screen).not.toContain('Name of the cluster');
  });
});
