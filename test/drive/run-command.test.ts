import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../drive/run-command.ts';
import { folderWith, quietRun } from './cluster-in-a-folder.ts';

async function node(script: string, more: Partial<Parameters<typeof runCommand>[1]> = {}) {
  const folder = await folderWith();
  const run = await quietRun(folder);
  const ended = await runCommand(run, {
    phase: 'test',
    file: process.execPath,
    args: ['-e', script],
    cwd: folder.root,
    env: { ONLY: 'this' },
    ...more,
  });
  return { ended, log: await readFile(ended.logFile, 'utf8') };
}

describe('a command of Terraform or Ansible', () => {
  it('is logged whole, for the user alone', async () => {
    const { ended, log } = await node(`
      for (let i = 1; i <= 5000; i++) console.log('line ' + i);
      console.error('a warning');
      process.exitCode = 3`);
    expect(ended).toMatchObject({ exitCode: 3, ending: 'exit code 3' });
    expect(log).toMatch(/^\$ .*node -e /);
    expect(log).toContain('line 1\n');
    expect(log).toContain('line 5000\n');
    expect(log).toContain('a warning\n');
    expect((await stat(ended.logFile)).mode & 0o777).toBe(0o600);
    expect(ended.tail.length).toBeLessThanOrEqual(20);
    expect(ended.tail).toContain('line 5000');
  });

  it('gets no environment but its own', async () => {
    const { log } = await node('console.log(JSON.stringify(process.env))');
    expect(log).toContain('{"ONLY":"this"}');
  });

  it('never gets a secret into its log or its last words, wherever it prints it', async () => {
    const secret = 'canary-0123456789';
    const { ended, log } = await node(
      `console.log('token ' + process.env.TOKEN); console.error(process.env.TOKEN + '!')`,
      { env: { TOKEN: secret }, secrets: [secret] },
    );
    expect(log).toContain('token [secret]');
    expect(log).not.toContain(secret);
    expect(ended.tail.join()).not.toContain(secret);
  });

  it('keeps colours out of the log and hands them on', async () => {
    const seen: string[] = [];
    const { log } = await node(`console.log('\\x1b[31mred\\x1b[0m')`, {
      onLine: (line) => {
        seen.push(line);
        return line;
      },
    });
    expect(seen).toEqual(['\x1b[31mred\x1b[0m']);
    expect(log).toContain('\nred\n');
  });

  it('tells its events on a channel of their own', async () => {
    const events: string[] = [];
    const { log } = await node(`require('fs').writeSync(3, 'one\\ntwo\\n'); console.log('said')`, {
      onEvent: (line) => events.push(line),
    });
    expect(events).toEqual(['one', 'two']);
    expect(log).not.toContain('one\n');
  });

  it('that is not there is named', async () => {
    await expect(node('', { file: 'no-such-program-here' })).rejects.toMatchObject({
      exit: 'environment',
      message: expect.stringContaining('no-such-program-here is not installed') as string,
    });
  });
});
