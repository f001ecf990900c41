import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { runPlaybook } from '../../drive/ansible.ts';
import type { ClusterFolder } from '../../drive/cluster-folder.ts';
import { Failure, interrupted } from '../../drive/errors.ts';
import { findAnsible } from '../../drive/tools.ts';
import { folderWith, quietRun, recordingReporter, temporaryFolder } from './cluster-in-a-folder.ts';

/** A project that needs no host: two names for this machine, and one where nobody listens. */
async function project(playbook: string): Promise<ClusterFolder> {
  const folder = await folderWith();
  await mkdir(join(folder.ansible, 'inventory'), { recursive: true });
  await writeFile(join(folder.ansible, 'ansible.cfg'), '[defaults]\ninventory = inventory\n');
  await writeFile(
    join(folder.ansible, 'inventory', 'cluster.yml'),
    `all:
  hosts:
    prod-master-1: { ansible_connection: local }
    prod-master-2: { ansible_connection: local }
  vars:
    ansible_python_interpreter: '{{ ansible_playbook_python }}'
`,
  );
  await writeFile(join(folder.ansible, 'site.yml'), playbook);
  return folder;
}

async function play(playbook: string, more: readonly string[] = [], identityFile?: string) {
  const folder = await project(playbook);
  const reporter = recordingReporter();
  const run = await quietRun(folder, reporter, { ...process.env, HCLOUD_TOKEN: 'canary-token-canary' });
  const tool = await findAnsible(process.env);
  const result = await runPlaybook(run, tool, { playbook: 'site.yml', identityFile, more }).catch(
    (error: unknown) => error,
  );
  const logs = await readdir(folder.logs);
  const log = await readFile(join(folder.logs, logs.find((name) => name.includes('ansible')) ?? ''), 'utf8');
  return { run, reporter, result, log };
}

const TWO_PHASES = `
- name: Provision hosts
  hosts: all
  gather_facts: false
  tags: [provision]
  tasks:
    - name: Look
      ansible.builtin.command: 'true'
      changed_when: false
    - name: Change
      ansible.builtin.command: 'true'
      changed_when: inventory_hostname == 'prod-master-1'
- name: Provision more
  hosts: prod-master-1
  gather_facts: false
  tags: [provision]
  tasks:
    - name: Look again
      ansible.builtin.command: 'true'
      changed_when: false
- name: Run etcd
  hosts: all
  gather_facts: false
  tags: [etcd]
  tasks:
    - name: Never for anybody
      ansible.builtin.command: 'true'
      changed_when: false
      when: false
    - name: Say the token
      ansible.builtin.debug:
        msg: "token={{ lookup('env', 'HCLOUD_TOKEN') }}."
`;

describe('ansible-playbook under kubehaus', () => {
  it('tells phases by tag, every task with its hosts, and what was changed', async () => {
    const { reporter, result, run } = await play(TWO_PHASES);

    const withoutTimes = reporter.lines.map((line) => line.replace(/ \(\d+\.\d s\)$/, ''));
    expect(withoutTimes.filter((line) => !/ (running|step)/.test(line))).toEqual([
      '[provision] begins',
      '[provision] Look: 2 ok',
      '[provision] Change: changed prod-master-1; 1 ok',
      '[provision] Look again: 1 ok',
      '[provision] done',
      '[etcd] begins',
      '[etcd] Say the token: 2 ok',
      '[etcd] done',
    ]);
    expect(withoutTimes).toContain('[provision] prod-master-2 running: Change: ok');
    expect(result).toMatchObject({
      stats: { 'prod-master-1': { changed: 1, failures: 0 }, 'prod-master-2': { changed: 0 } },
      failures: [],
      changes: [{ phase: 'provision', task: 'Change', hosts: ['prod-master-1'] }],
    });
    expect(run.times.map(({ title }) => title)).toEqual(['provision', 'etcd']);
  });

  it('logs Ansible’s own output whole, and does not give it the token', async () => {
    const { log } = await play(TWO_PHASES);
    expect(log).toContain('TASK [Look again]');
    expect(log).toContain('PLAY RECAP');
    expect(log).toContain('token=.');
    expect(log).not.toContain('canary-token-canary');
  });

  it('hands arguments of the user on', async () => {
    const { reporter } = await play(TWO_PHASES, ['--tags', 'etcd', '--limit', 'prod-master-2']);
    expect(reporter.lines.filter((line) => line.endsWith('begins'))).toEqual(['[etcd] begins']);
  });

  it.each([
    [
      'a key that is named, alone',
      '/home/me/my key',
      ['IdentityFile="/home/me/my key"', 'IdentitiesOnly=yes'],
    ],
    ['no key otherwise: ssh asks the agent', undefined, []],
  ])('has ssh use %s', async (_name, identityFile, options) => {
    // An ssh that writes down what it was called with, and the agent that it would ask.
    const ssh = join(await temporaryFolder(), 'ssh');
    await writeFile(ssh, '#!/bin/sh\nprintf "%s\\n" "$@" "agent $SSH_AUTH_SOCK" >> "$0.called"\n', {
      mode: 0o755,
    });
    const playbook = `
- name: Log in
  hosts: prod-master-1
  gather_facts: false
  tags: [provision]
  vars: { ansible_connection: ssh, ansible_ssh_executable: '${ssh}' }
  tasks:
    - name: Look
      ansible.builtin.raw: 'true'
      changed_when: false
`;
    vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
    const { result } = await play(playbook, [], identityFile);
    vi.unstubAllEnvs();
    expect(result).toMatchObject({ failures: [] });
    const words = (await readFile(`${ssh}.called`, 'utf8')).split('\n');
    expect(words).toContain('agent /run/agent');
    expect(words.filter((word) => word.startsWith('Identit'))).toEqual(options);
  });

  it('names the host, the task and the reason of a failure, and the log', async () => {
    const { reporter, result } = await play(`
- name: Run etcd
  hosts: all
  gather_facts: false
  tags: [etcd]
  tasks:
    - name: Check the sum
      ansible.builtin.fail:
        msg: the file's SHA-256 is another one
      when: inventory_hostname == 'prod-master-2'
`);
    expect(result).toBeInstanceOf(Failure);
    expect(result).toMatchObject({ exit: 'ansible', message: 'Ansible stopped: 1 node failed.' });
    const { details } = result as Failure;
    expect(details[0]).toBe("prod-master-2: Check the sum: the file's SHA-256 is another one");
    expect(details[1]).toMatch(/ansible-playbook site\.yml \(exit code 2\)$/);
    expect(details[2]).toMatch(/whole log: .*-ansible-site\.log$/);
    expect(reporter.lines).toContain(
      "[etcd] prod-master-2 failed: Check the sum: failed: the file's SHA-256 is another one",
    );
    expect(reporter.lines.at(-1)).toBe('[etcd] failed');
  });

  it('shows nothing of a failed task that hides its output', async () => {
    const { reporter, result, log } = await play(`
- name: Share the CA
  hosts: prod-master-1
  gather_facts: false
  tags: [etcd]
  tasks:
    - name: Use the key
      ansible.builtin.command:
        argv: [cat, /nowhere/canary-secret]
      no_log: true
      changed_when: false
`);
    expect((result as Failure).details[0]).toMatch(/^prod-master-1: Use the key: the output has been hidden/);
    expect([log, ...reporter.lines, ...(result as Failure).details].join('\n')).not.toContain(
      'canary-secret',
    );
  });

  it('calls a host that does not answer unreachable, not failed', async () => {
    const { result } = await play(`
- name: Run etcd
  hosts: prod-master-1
  gather_facts: false
  tags: [etcd]
  vars:
    ansible_connection: ssh
    ansible_host: 127.0.0.1
    ansible_port: 1
    ansible_ssh_common_args: -o BatchMode=yes
  tasks:
    - name: Look
      ansible.builtin.command: 'true'
      changed_when: false
`);
    expect(result).toMatchObject({ exit: 'ssh', message: '1 node could not be reached over SSH.' });
    expect((result as Failure).details[0]).toMatch(/^prod-master-1: Look: .*Connection refused/s);
  });

  it('ends with all its workers at Ctrl-C', async () => {
    const folder = await project(`
- name: Run etcd
  hosts: all
  gather_facts: false
  tags: [etcd]
  tasks:
    - name: Take long
      ansible.builtin.command: sleep 47.11
      changed_when: false
`);
    const controller = new AbortController();
    const interrupts: ((times: number) => void)[] = [];
    const reporter = recordingReporter();
    const run = {
      ...(await quietRun(folder, reporter)),
      interruption: {
        signal: controller.signal,
        handOn: (interrupt: (times: number) => void) => {
          interrupts.push(interrupt);
          return () => undefined;
        },
        check: () => {
          if (controller.signal.aborted) throw interrupted();
        },
        release: () => undefined,
      },
    };
    const playing = runPlaybook(run, await findAnsible(process.env), { playbook: 'site.yml' });
    const ending = playing.catch((error: unknown) => error);
    while ((await sleepers()).length < 2) await new Promise((resolve) => setTimeout(resolve, 100));

    controller.abort();
    for (const interrupt of interrupts) interrupt(1);

    expect(await ending).toMatchObject({ exit: 'stopped' });
    expect(reporter.lines.at(-1)).toBe('[etcd] stopped');
    expect(await sleepers()).toEqual([]);
  });

  it('shows Ansible’s own words when the playbook itself is wrong', async () => {
    const { result } = await play('- hosts: [');
    expect(result).toMatchObject({ exit: 'ansible', message: 'Ansible stopped before it reached a node.' });
    expect((result as Failure).details.join('\n')).toMatch(/YAML|expected/i);
  });
});

/** Command lines of the tests' long commands that run now. */
async function sleepers(): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line === 'sleep 47.11');
}
