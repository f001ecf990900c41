import { execa } from 'execa';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFolder } from '../../drive/load-folder.ts';
import type { Host } from '../../drive/inventory.ts';
import { quote, sshArguments } from '../../drive/ssh-command.ts';
import { sshOutcome } from '../../drive/ssh-outcome.ts';
import { waitForHosts } from '../../drive/wait-for-ssh.ts';
import { folderWith, quietRun, recordingReporter } from './cluster-in-a-folder.ts';

async function firstHost(address = '127.0.0.1') {
  const folder = await folderWith();
  const { plan } = await loadFolder(folder);
  const node = plan.nodes[0];
  if (node === undefined) throw new Error('the plan has no node');
  return { folder, host: { node, address, serverId: '4711' } satisfies Host };
}

describe('ssh’s arguments', () => {
  it('pin the host key under the server’s id and ask nobody', async () => {
    const { folder, host } = await firstHost('203.0.113.7');
    const access = { folder, user: 'ops', port: 2222, identityFile: join(folder.root, 'my key') };
    // -G prints what ssh itself understood, blanks in paths included.
    const { stdout } = await execa('ssh', ['-G', ...sshArguments(access, host)]);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'user ops',
        'hostname 203.0.113.7',
        'port 2222',
        'hostkeyalias kubehaus-4711',
        'stricthostkeychecking accept-new',
        'batchmode yes',
        'identitiesonly yes',
      ]),
    );
    expect(stdout).toContain(folder.knownHosts);
    expect(stdout).toContain(join(folder.root, 'my key'));
  });

  it('leave the choice of a key to ssh, and so to the agent, where no key is named', async () => {
    const { folder, host } = await firstHost('203.0.113.7');
    const { stdout } = await execa('ssh', ['-G', ...sshArguments({ folder, user: 'root', port: 22 }, host)]);
    expect(stdout.split('\n')).toContain('identitiesonly no');
  });

  it('take words to the other side as they are', async () => {
    const words = ['echo', "it's", '$HOME', 'a  b', '*', '"', '', '\\', 'x;y', 'two\nlines'];
    const { stdout } = await execa('sh', ['-c', ['printf', '[%s]', ...words].map(quote).join(' ')]);
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''));
  });
});

/** What OpenSSH 9.2 printed to stderr. */
const words = {
  changed: `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key for kubehaus-106 has changed and you have requested strict checking.
Host key verification failed.`,
  denied: 'root@203.0.113.10: Permission denied (publickey).',
  refused: 'ssh: connect to host 203.0.113.10 port 22: Connection refused',
  broken: 'Connection reset by 203.0.113.10 port 22',
};

describe('what became of an ssh command', () => {
  it.each([
    [255, words.changed, { kind: 'host-key-changed' }],
    [255, words.denied, { kind: 'denied', message: words.denied }],
    [255, words.refused, { kind: 'unreachable', message: words.refused }],
    [255, words.broken, { kind: 'unreachable', message: words.broken }],
    [255, '', { kind: 'unreachable', message: 'the connection ended without a word' }],
    [0, '', { kind: 'ran', exitCode: 0 }],
    [1, 'cat: /x: Permission denied', { kind: 'ran', exitCode: 1 }],
  ])('exit code %i and %j', (exitCode, stderr, outcome) => {
    expect(sshOutcome(exitCode, stderr)).toEqual(outcome);
  });
});

describe('waiting for SSH', () => {
  it('ends after the time that it was given and says of each host why', async () => {
    const { folder, host } = await firstHost();
    const reporter = recordingReporter();
    const run = await quietRun(folder, reporter);
    const began = Date.now();
    // Port 1 is tcpmux, which nobody serves any more: the kernel refuses at once.
    const waiting = waitForHosts(
      run,
      { folder, user: 'root', port: 1 },
      [host],
      reporter.begin('ssh'),
      2_500,
    );
    await expect(waiting).rejects.toMatchObject({
      exit: 'ssh',
      message: '1 node did not answer over SSH within 3 s.',
      details: [expect.stringMatching(/^prod-master-1: .*Connection refused/) as string],
    });
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('is not held up by a host that takes the connection and says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    const { folder, host } = await firstHost();
    const reporter = recordingReporter();
    const run = await quietRun(folder, reporter);
    const { port } = silent.address() as { port: number };
    await expect(
      waitForHosts(run, { folder, user: 'root', port }, [host], reporter.begin('ssh'), 1_500),
    ).rejects.toMatchObject({ exit: 'ssh' });
    silent.close();
  });
});
