import { execa } from 'execa';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { traces } from '../../lab/clear.ts';
import { processesInGroup } from '../../lab/hosts/cgroups.ts';
import { hostName } from '../../lab/names.ts';
import { killAll, pause, processesInNetwork } from '../../lab/processes.ts';
import { lockFile, labNamed } from '../../lab/state.ts';
import type { LabStatus } from '../../lab/status.ts';

// The folder of labs is this test's own, so that it neither sees nor disturbs a lab of the user.
let folder: string;
let environment: { readonly KUBEHAUS_LAB_STATE: string };
const name = 'clitest';
const lab = () => labNamed(name, { ...process.env, ...environment });

function cli(...args: readonly string[]) {
  return execa('node_modules/.bin/tsx', ['lab/cli/main.ts', ...args], {
    env: environment,
    reject: false,
    stdin: 'ignore',
  });
}

async function succeeds(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await cli(...args);
  expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

async function status(): Promise<LabStatus> {
  return JSON.parse(await succeeds('status', '--name', name, '--json')) as LabStatus;
}

/** A request to the lab's API, as a user makes it. */
async function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const request = `curl --silent --fail-with-body --request ${method} --header "Authorization: Bearer $HCLOUD_TOKEN" \
    --header "Content-Type: application/json" --data @- "$HCLOUD_ENDPOINT${path}"`;
  const { stdout, exitCode } = await execa(
    'node_modules/.bin/tsx',
    ['lab/cli/main.ts', 'exec', '--name', name, '--', 'sh', '-c', request],
    { env: environment, reject: false, input: body === undefined ? '' : JSON.stringify(body) },
  );
  expect(exitCode, stdout).toBe(0);
  return JSON.parse(stdout) as unknown;
}

function ssh(address: string, command: string) {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=2',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile=${folder}/known_hosts`,
  ];
  const line = [
    'ssh',
    '-q',
    '-i',
    `${folder}/key`,
    ...options.flatMap((option) => ['-o', option]),
    `root@${address}`,
    command,
  ];
  return cli('exec', '--name', name, '--', ...line);
}

async function answersSsh(address: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while ((await ssh(address, 'true')).exitCode !== 0) {
    if (Date.now() > deadline) throw new Error(`${address} does not answer within two minutes.`);
    await pause(200);
  }
}

async function machineSettings(): Promise<string> {
  return (await execa('sysctl', ['kernel.panic', 'fs.inotify.max_user_instances', 'vm.overcommit_memory']))
    .stdout;
}

beforeAll(async () => {
  folder = await mkdtemp('/var/lib/kubehaus-lab-test-');
  environment = { KUBEHAUS_LAB_STATE: join(folder, 'labs') };
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
});

afterAll(async () => {
  await cli('down', '--name', name);
  await rm(folder, { recursive: true });
});

describe('a lab from up to down', () => {
  let settingsBefore: string;
  let address: string;
  let id: number;

  test('up answers when API and mirror do, and a second up changes nothing', async () => {
    settingsBefore = await machineSettings();
    await succeeds('up', '--name', name);
    expect(await status()).toMatchObject({
      up: true,
      api: { works: true },
      mirror: { works: true },
      hosts: [],
    });
    const processes = await processesInNetwork(`khl-${name}`);
    expect(await succeeds('up', '--name', name)).toContain('http://192.0.2.1/v1');
    expect(await processesInNetwork(`khl-${name}`)).toEqual(processes);
  });

  test('a server of the API is a host that can be logged in to', async () => {
    const publicKey = (await readFile(join(folder, 'key.pub'), 'utf8')).trim();
    await api('POST', '/ssh_keys', { name: 'me', public_key: publicKey });
    const { server } = (await api('POST', '/servers', {
      name: 'prod-master-1',
      server_type: 'cx23',
      image: 'debian-12',
      location: 'fsn1',
      ssh_keys: ['me'],
    })) as { server: { id: number; public_net: { ipv4: { ip: string } } } };
    id = server.id;
    address = server.public_net.ipv4.ip;
    await answersSsh(address);
    expect((await ssh(address, 'hostname; echo precious > /root/data; sync')).stdout).toBe('prod-master-1');
    expect((await status()).hosts).toMatchObject([{ name: 'prod-master-1', ipv4: address, running: true }]);
  });

  test('exec gives the command’s exit code', async () => {
    expect((await cli('exec', '--name', name, '--', 'sh', '-c', 'exit 7')).exitCode).toBe(7);
    expect((await cli('exec', '--name', name, '--', 'sh', '-c', 'kill -TERM $$')).exitCode).toBe(143);
  });

  test('no process of the lab shows its token, and a host sees nothing of the machine’s environment', async () => {
    const { stdout: token } = await cli('exec', '--name', name, '--', 'printenv', 'HCLOUD_TOKEN');
    expect(token).toMatch(/^[0-9a-zA-Z]{64}$/);
    const pids = [
      ...(await processesInNetwork(`khl-${name}`)),
      ...(await processesInGroup(hostName(name, id))),
    ];
    expect(pids.length).toBeGreaterThan(5);
    for (const pid of pids) {
      const seen = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      expect(seen.join('')).not.toContain(token);
    }
  });

  test('after a cut, with only remains left, up brings back the server with its data and host key', async () => {
    await ssh(address, 'sysctl -qw kernel.panic=7');
    // As a machine's crash does it, but that network namespaces and cgroups are still there; and a mount, of an older lab.
    await killAll(async () => [
      ...(await processesInNetwork(`khl-${name}`)),
      ...(await processesInGroup(hostName(name, id))),
    ]);
    const mount = join(lab().folder, 'hosts', String(id), 'mount');
    await execa('mount', ['-t', 'tmpfs', 'left-over', mount]);
    expect(await traces(lab())).toEqual(
      expect.arrayContaining([`mount ${mount}`, `cgroup khl-${name}-${id}`]),
    );
    expect(await status()).toMatchObject({ api: { works: false }, hosts: [{ running: false }] });

    await succeeds('up', '--name', name);
    await answersSsh(address);
    expect((await ssh(address, 'cat /root/data')).stdout).toBe('precious');
    expect(await traces(lab())).not.toContain(`mount ${mount}`);
    const { server } = (await api('GET', `/servers/${id}`)) as { server: { status: string } };
    expect(server.status).toBe('running');
  });

  test('a server that was off stays off', async () => {
    await api('POST', `/servers/${id}/actions/poweroff`);
    for (const deadline = Date.now() + 30_000; (await status()).hosts[0]?.running; await pause(200)) {
      if (Date.now() > deadline) throw new Error('The server is not off.');
    }
    await succeeds('up', '--name', name);
    expect((await status()).hosts).toMatchObject([{ running: false }]);
    await api('POST', `/servers/${id}/actions/poweron`);
    await answersSsh(address);
  });

  test('down leaves nothing: no process, mount, namespace, cgroup, folder, or setting of the machine', async () => {
    const forgotten = cli('exec', '--name', name, '--', 'sleep', '1000');
    await pause(2000);
    await succeeds('down', '--name', name);
    expect((await forgotten).exitCode).toBe(137);
    expect(await traces(lab())).toEqual([]);
    expect(await readdir(folder)).not.toContain('labs');
    expect(await machineSettings()).toBe(settingsBefore);
    expect(await succeeds('down', '--name', name)).toContain('There is no lab');
  });
});

describe('a lab that was cut off half-way', () => {
  test('a cut up is finished by the next one, or removed by down', async () => {
    for (const after of [400, 900, 1400]) {
      const cut = cli('up', '--name', name);
      await pause(after);
      cut.kill('SIGKILL');
      await cut;
      await succeeds('down', '--name', name);
      expect(await traces(lab())).toEqual([]);
    }
    const cut = cli('up', '--name', name);
    await pause(1200);
    cut.kill('SIGINT');
    await cut;
    await succeeds('up', '--name', name);
    expect(await status()).toMatchObject({ up: true, api: { works: true }, mirror: { works: true } });
  });

  test('down removes what has no record at all', async () => {
    const stray = hostName(name, 99);
    await execa('ip', ['netns', 'add', stray]);
    const group = join(
      '/sys/fs/cgroup',
      (await readdir('/sys/fs/cgroup')).includes('pids') ? 'pids' : '',
      stray,
    );
    await mkdir(join(group, 'machine'), { recursive: true });
    const orphan = execa('sleep', ['1000'], { reject: false });
    await writeFile(join(group, 'machine/cgroup.procs'), String(orphan.pid));
    await succeeds('down', '--name', name);
    expect((await orphan).signal).toBe('SIGKILL');
    expect(await traces(lab())).toEqual([]);
  });

  test('two commands at once do not meet', async () => {
    await Promise.all([succeeds('up', '--name', name), succeeds('up', '--name', name)]);
    expect(await status()).toMatchObject({ up: true, api: { works: true }, mirror: { works: true } });
    expect((await execa('flock', ['--nonblock', lockFile(lab()), 'true'])).exitCode).toBe(0);
    await succeeds('down', '--name', name);
  });
});

describe('what can’t be done is said', () => {
  test('a name that is none', async () => {
    const { exitCode, stderr } = await cli('up', '--name', 'a-1');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/"a-1" is no name for a lab/);
  });

  test.each([
    ['exec', ['--', 'true']],
    ['cluster', ['examples/level-3/cluster.yaml']],
  ])('%s in a lab that is not up', async (command, args) => {
    const { exitCode, stdout, stderr } = await cli(command, '--name', name, ...args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`kubehaus-lab up --name ${name}`);
  });

  test('a machine without the programs', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'empty-'));
    const { exitCode, stderr } = await execa(
      process.execPath,
      ['--import', 'tsx', 'lab/cli/main.ts', 'up', '--name', name],
      {
        env: { ...environment, PATH: `${bin}:${dirname(process.execPath)}/nothing` },
        reject: false,
      },
    );
    await rm(bin, { recursive: true });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Not installed: .*mmdebstrap.*apt-get install .*systemd-container/);
  });
});
