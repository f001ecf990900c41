import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askApi } from '../../lab/ask-api.ts';
import { bringUp } from '../../lab/bring-up.ts';
import { removeLab, traces } from '../../lab/clear.ts';
import { clearFaults } from '../../lab/faults/all.ts';
import { diskStates, fillDisk, freeDisk } from '../../lab/faults/disk.ts';
import { hostNamed, type Host } from '../../lab/faults/host-named.ts';
import { cutOff, heal, oneWayLoss, partition } from '../../lab/faults/network.ts';
import { powerOff, powerOn, reboot } from '../../lab/faults/power.ts';
import { freeze, frozen, stop, thaw } from '../../lab/faults/processes.ts';
import { breakSsh } from '../../lab/faults/ssh.ts';
import { giveDisk } from '../../lab/hosts/disks.ts';
import { initOf } from '../../lab/hosts/running.ts';
import { inControlNamespace } from '../../lab/network/namespaces.ts';
import { pause } from '../../lab/processes.ts';
import { apiService, startService, stopService } from '../../lab/services.ts';
import { sshKeyFile, sshPublicKey } from '../../lab/ssh-key.ts';
import { labNamed } from '../../lab/state.ts';
import { eventually } from './waiting.ts';

const lab = labNamed('faulttest');
const addresses = new Map<number, string>();
let home: string;
let one: Host;
let two: Host;
let three: Host;

const addressOf = (host: Host): string =>
  addresses.get(host.id) ?? expect.fail(`${host.name} has no address`);

/** A command on a host, through no network: its network may be what is broken. */
async function inside(host: Host, command: string) {
  const init = (await initOf(lab, host.id)) ?? expect.fail(`${host.name} is off`);
  return execa('nsenter', ['--target', String(init.pid), '--all', '--', 'sh', '-c', command], {
    reject: false,
    stdin: 'ignore',
  });
}

/** Its output; it must succeed. */
async function said(host: Host, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await inside(host, command);
  expect(exitCode, `${host.name}: ${command}\n${stderr}`).toBe(0);
  return stdout;
}

/** Runs a program on a host as a unit of that name, in the host's own control groups. */
async function runs(host: Host, unit: string, ...command: readonly string[]): Promise<void> {
  await inside(host, `systemctl stop ${unit}; systemctl reset-failed ${unit}`);
  const quoted = command.map((word) => `'${word}'`).join(' ');
  await said(host, `systemd-run --quiet --unit=${unit} -- ${quoted}`);
}

function ssh(host: Host, command: string) {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=2',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${home}/known`,
  ];
  const [program, ...args] = inControlNamespace(lab, [
    ...['ssh', '-q', '-i', sshKeyFile(lab), ...options.flatMap((option) => ['-o', option])],
    ...[`root@${addressOf(host)}`, command],
  ]);
  return execa(program, args, { reject: false, stdin: 'ignore' });
}

const answersSsh = (host: Host) =>
  eventually(120, async () => expect((await ssh(host, 'true')).exitCode).toBe(0));

/** What becomes of a new connection from the control side to a host's sshd. */
async function connects(host: Host): Promise<string> {
  const [program, ...args] = inControlNamespace(lab, [
    'python3',
    '-c',
    `import socket\ntry: socket.create_connection(("${addressOf(host)}", 22), 2); print("open")\nexcept Exception as e: print(type(e).__name__)`,
  ]);
  return (await execa(program, args)).stdout;
}

const pings = async (from: Host, address: string) =>
  (await inside(from, `ping -c1 -W1 ${address}`)).exitCode === 0;

/** How many of so many datagrams from one host to another arrive. */
async function arriving(from: Host, to: Host, count: number): Promise<number> {
  await runs(
    to,
    'ear',
    'python3',
    '-uc',
    'import socket\ns = socket.socket(type=socket.SOCK_DGRAM); s.bind(("", 7001)); print("listening")\nwhile s.recv(9): print("heard", flush=True)',
  );
  const log = 'journalctl --quiet --output=cat _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID ear)';
  await eventually(20, async () => expect(await said(to, log)).toContain('listening'));
  await said(
    from,
    `python3 -c 'import socket, time
s = socket.socket(type=socket.SOCK_DGRAM)
for n in range(${count}): s.sendto(b"x", ("${addressOf(to)}", 7001)); time.sleep(0.002)'`,
  );
  await pause(1000);
  return (await said(to, log)).split('\n').filter((line) => line === 'heard').length;
}

const echo = `import socket, threading
s = socket.create_server(("", 7000), reuse_port=True)
def serve(c):
    while (data := c.recv(100)): c.sendall(data)
while True:
    c, _ = s.accept(); print("accepted", flush=True); threading.Thread(target=serve, args=[c]).start()`;

const talk = (address: string) => `import socket, time
s = socket.create_connection(("${address}", 7000)); n = 0
try:
    while True:
        s.sendall(b"x"); data = s.recv(100); n += 1
        if not data: raise EOFError()
        open("/root/talk.log", "w").write(str(n)); time.sleep(0.05)
except BaseException as e: open("/root/talk.log", "w").write(type(e).__name__)`;

/** One connection on which a host talks to another; how many words were answered, or the error that ended it. */
async function conversation(from: Host, to: Host): Promise<() => Promise<string>> {
  await said(from, 'rm -f /root/talk.log');
  await runs(to, 'echo', 'python3', '-uc', echo);
  await eventually(20, async () => said(to, 'ss -Htln sport = 7000 | grep .'));
  await runs(from, 'talk', 'python3', '-uc', talk(addressOf(to)));
  const heard = () => said(from, 'cat /root/talk.log');
  await eventually(20, async () => expect(Number(await heard())).toBeGreaterThan(3));
  return heard;
}

/** How many bytes of that connection are on their way; undefined when it is not open any more. */
async function onTheWay(from: Host, to: Host): Promise<number | undefined> {
  const open = await said(from, `ss -Htn state established dst ${addressOf(to)}:7000`);
  return open === '' ? undefined : Number(open.split(/\s+/)[1]);
}

async function create(name: string): Promise<Host> {
  const { server } = (await askApi(lab, 'POST', '/v1/servers', {
    name,
    server_type: 'cx23',
    image: 'debian-12',
    location: 'fsn1',
    ssh_keys: ['lab'],
  })) as { server: { id: number; public_net: { ipv4: { ip: string } } } };
  addresses.set(server.id, server.public_net.ipv4.ip);
  return eventually(30, () => hostNamed(lab, name));
}

async function statusOf(host: Host): Promise<string> {
  return ((await askApi(lab, 'GET', `/v1/servers/${host.id}`)) as { server: { status: string } }).server
    .status;
}

function cli(...args: readonly string[]) {
  return execa('node_modules/.bin/tsx', ['lab/cli/main.ts', ...args, '--name', lab.name], { reject: false });
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lab-faults-'));
  await removeLab(lab);
  await bringUp(lab);
  await askApi(lab, 'POST', '/v1/ssh_keys', { name: 'lab', public_key: await sshPublicKey(lab) });
  one = await create('one');
  two = await create('two');
  three = await create('three');
  await Promise.all([one, two, three].map(answersSsh));
});

afterEach(async () => clearFaults(lab));

afterAll(async () => {
  await removeLab(lab);
  expect(await traces(lab)).toEqual([]);
  await rm(home, { recursive: true });
});

describe('a host that is cut off', () => {
  test('vanishes without a word: an open connection neither ends nor gets an answer, and goes on when it is healed', async () => {
    const heard = await conversation(one, two);
    await cutOff(lab, two);
    await pause(300);
    const before = await heard();
    await pause(3000);
    expect(await heard()).toBe(before);
    expect(await onTheWay(one, two)).toBeGreaterThan(0);
    expect(await pings(one, addressOf(three))).toBe(true);
    expect(await connects(two)).toBe('TimeoutError');
    expect(await connects(one)).toBe('open');

    await heal(lab, two);
    await eventually(60, async () => expect(Number(await heard())).toBeGreaterThan(Number(before) + 10));
    const accepted =
      'journalctl --quiet --output=cat _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID echo)';
    expect((await said(two, accepted)).match(/accepted/g)).toHaveLength(1);
  });

  test('keeps the operator’s way to it when that is asked for', async () => {
    await cutOff(lab, two, true);
    expect((await ssh(two, 'hostname')).stdout).toBe('two');
    expect(await pings(one, addressOf(two))).toBe(false);
    expect(await pings(two, addressOf(one))).toBe(false);
  });

  test('stays so when it boots again, and when the API starts again', async () => {
    await cutOff(lab, two);
    await powerOff(lab, two);
    await stopService(lab, 'api');
    await startService(lab, apiService(lab));
    await powerOn(lab, two);
    await eventually(60, async () => said(two, 'systemctl is-active ssh'));
    await bringUp(lab);
    expect(await connects(two)).toBe('TimeoutError');
    await heal(lab);
    await answersSsh(two);
  });
});

describe('a partition', () => {
  test('parts two groups and nobody else, in private networks too, also those that come later', async () => {
    await partition(lab, [one], [two]);
    expect(await Promise.all([pings(one, addressOf(two)), pings(two, addressOf(one))])).toEqual([
      false,
      false,
    ]);
    expect(await Promise.all([pings(one, addressOf(three)), pings(three, addressOf(two))])).toEqual([
      true,
      true,
    ]);
    expect(await connects(two)).toBe('open');

    const { network } = (await askApi(lab, 'POST', '/v1/networks', {
      name: 'inner',
      ip_range: '10.64.0.0/24',
      subnets: [{ type: 'cloud', ip_range: '10.64.0.0/24', network_zone: 'eu-central' }],
    })) as { network: { id: number } };
    for (const [index, host] of [one, two, three].entries())
      await askApi(lab, 'POST', `/v1/servers/${host.id}/actions/attach_to_network`, {
        network: network.id,
        ip: `10.64.0.1${index}`,
      });
    await eventually(30, async () => expect(await pings(one, '10.64.0.12')).toBe(true));
    await eventually(30, async () => expect(await pings(two, '10.64.0.12')).toBe(true));
    expect(await pings(one, '10.64.0.11')).toBe(false);
    await heal(lab, three);
    expect(await pings(one, '10.64.0.11')).toBe(false);
    await heal(lab, one);
    expect(await pings(one, '10.64.0.11')).toBe(true);
    expect(await pings(one, addressOf(two))).toBe(true);

    await cutOff(lab, one);
    expect(await pings(two, '10.64.0.10')).toBe(false);
    expect(await pings(two, '10.64.0.12')).toBe(true);
  });

  test('of a host from itself is refused', async () => {
    await expect(partition(lab, [one, two], [two])).rejects.toThrow('two can’t be on both'.replace('’', "'"));
  });
});

describe('loss one way', () => {
  test('takes all or some of what goes there, and none of what comes back', async () => {
    await oneWayLoss(lab, [one], [two]);
    expect(await arriving(one, two, 20)).toBe(0);
    expect(await arriving(two, one, 20)).toBe(20);
    await heal(lab);
    await oneWayLoss(lab, [one], [two], 50);
    const half = await arriving(one, two, 400);
    // Fewer or more come once in 10^9 times.
    expect(half).toBeGreaterThan(140);
    expect(half).toBeLessThan(260);
  });
});

describe('power', () => {
  test('that is cut leaves open connections of others in the air, and the API says off', async () => {
    const heard = await conversation(one, two);
    await powerOff(lab, two);
    expect(await statusOf(two)).toBe('off');
    await pause(2000);
    expect(Number(await heard()), await heard()).toBeGreaterThan(3);
    expect(await onTheWay(one, two)).toBeGreaterThan(0);
    await powerOff(lab, two);
    await expect(reboot(lab, two)).rejects.toThrow('is off: power it on');
    await powerOn(lab, two);
    expect(await statusOf(two)).toBe('running');
    await answersSsh(two);
  });
});

describe('processes', () => {
  const state = (host: Host, unit: string) =>
    said(host, `ps -o stat= -p $(systemctl show -P MainPID ${unit}) | cut -c1`);

  test('are frozen and thawed by their exact name, on that host alone', async () => {
    for (const host of [one, two]) await runs(host, 'nap', 'sleep', '1000');
    await expect(freeze(lab, one, 'slee')).rejects.toThrow(
      /No process and no unit slee runs on host one\. There are: .*sleep/,
    );
    expect(await freeze(lab, one, 'sleep')).toHaveLength(1);
    expect([await state(one, 'nap'), await state(two, 'nap')]).toEqual(['T', 'S']);
    expect(await frozen(lab)).toMatchObject([{ host: 'one', name: 'sleep' }]);
    await thaw(lab, one, 'other');
    expect(await state(one, 'nap')).toBe('T');
    await thaw(lab, one, 'sleep');
    expect(await state(one, 'nap')).toBe('S');
    expect(await frozen(lab)).toEqual([]);
  });

  test('are killed by their exact name or unit, in pods as well, on that host alone', async () => {
    const active = async (host: Host, unit: string) =>
      (await inside(host, `systemctl is-active ${unit}`)).stdout;
    for (const host of [one, two]) await runs(host, 'nap', 'sleep', '1000');
    // A pod's process has a pid in one more namespace.
    await runs(one, 'pod', 'unshare', '--pid', '--fork', '--mount-proc', 'tail', '-f', '/dev/null');
    expect(await stop(lab, one, 'nap.service')).toHaveLength(1);
    await eventually(20, async () => expect(await active(one, 'nap')).toBe('failed'));
    expect(await said(one, 'systemctl show -P Result nap')).toBe('signal');
    await eventually(20, async () => expect(await stop(lab, one, 'tail')).toHaveLength(1));
    await eventually(20, async () => expect(await active(one, 'pod')).toBe('failed'));
    expect(await active(two, 'nap')).toBe('active');
    await expect(stop(lab, one, 'systemd-nspawn')).rejects.toThrow('No process');
  });
});

describe('a disk of its own', () => {
  const data = '/var/lib/kubehaus-etcd';
  const write = (host: Host) =>
    inside(
      host,
      `dd if=/dev/zero of=${data}/more bs=64k count=1 conv=fsync; code=$?; rm ${data}/more; exit $code`,
    );

  test('is full until it is freed, over a cut of power and a reboot, and keeps what was in it', async () => {
    await said(
      three,
      `mkdir -p ${data}/member; echo kept > ${data}/member/wal; chown -R 77 ${data}; chmod 700 ${data}`,
    );
    await expect(fillDisk(lab, three, data)).rejects.toThrow(`kubehaus-lab disk three ${data} --size`);
    await expect(giveDisk(lab, three.id, data, 64 << 20)).rejects.toThrow('fault power-off three');
    await powerOff(lab, three);
    await giveDisk(lab, three.id, data, 64 << 20);
    await expect(giveDisk(lab, three.id, data, 64 << 20)).rejects.toThrow('already');
    await powerOn(lab, three);
    expect(await said(three, `stat -c '%u %a' ${data}; ls ${data}; cat ${data}/member/wal`)).toBe(
      '77 700\nmember\nkept',
    );

    await fillDisk(lab, three, `${data}/member`);
    expect((await write(three)).stderr).toContain('No space left on device');
    expect((await inside(three, 'dd if=/dev/zero of=/root/elsewhere bs=1M count=1')).exitCode).toBe(0);
    await powerOff(lab, three);
    expect(await diskStates(lab)).toEqual([{ host: 'three', path: data, size: 64 << 20, filled: true }]);
    await powerOn(lab, three);
    expect((await write(three)).stderr).toContain('No space left on device');
    await freeDisk(lab, three, data);
    expect((await write(three)).exitCode).toBe(0);

    await fillDisk(lab, three, data);
    await answersSsh(three);
    const boot = await said(three, 'cat /proc/sys/kernel/random/boot_id');
    await reboot(lab, three);
    await eventually(120, async () =>
      expect((await inside(three, 'cat /proc/sys/kernel/random/boot_id')).stdout).not.toBe(boot),
    );
    await answersSsh(three);
    expect(await said(three, `cat ${data}/member/wal`)).toBe('kept');
    expect((await write(three)).stderr).toContain('No space left on device');
    await powerOff(lab, three);
    await clearFaults(lab);
    expect(await diskStates(lab)).toMatchObject([{ filled: false }]);
    await powerOn(lab, three);
    expect((await write(three)).exitCode).toBe(0);
    await answersSsh(three);
  });
});

describe('SSH', () => {
  test('breaks in the middle on that host alone, and new sessions are refused for as long as was asked', async () => {
    const [broken, whole] = [ssh(one, 'sleep 60; echo whole'), ssh(two, 'sleep 8; echo whole')];
    for (const host of [one, two]) await eventually(20, async () => said(host, 'pgrep -x sleep'));
    await said(one, 'pgrep -af "sshd: root"');
    const began = Date.now();
    expect(await breakSsh(lab, one, { refuseFor: 5 })).toBe(1);
    expect((await broken).exitCode).toBe(255);
    expect(Date.now() - began).toBeLessThan(5000);
    expect(await connects(one)).toBe('ConnectionRefusedError');
    expect(await connects(two)).toBe('open');
    expect((await whole).stdout).toBe('whole');
    await eventually(10, async () => expect(await connects(one)).toBe('open'));
    expect(Date.now() - began).toBeGreaterThan(4500);
    expect((await ssh(one, 'hostname')).stdout).toBe('one');
  });
});

describe('the command', () => {
  test('names what goes wrong, and takes it all away', async () => {
    for (const args of [
      ['one-way-loss', '--from', 'one', '--to', `two,${three.id}`, '--percent', '10'],
      ['partition', 'one', 'from', 'two,three'],
      ['api-error', '--method', 'GET', '--path', '/locations', '--at-call', '2', '--code', 'timeout'],
      ['slow-action', '--command', 'create_server', '--seconds', '5'],
      ['freeze', 'one', 'systemd-journald.service'],
    ]) {
      const { exitCode, stderr } = await cli('fault', ...args);
      expect(exitCode, stderr).toBe(0);
    }
    expect(JSON.parse((await cli('fault', 'list')).stdout)).toMatchObject({
      faults: [{ fault: { kind: 'api-error' } }, { fault: { kind: 'slow-action' } }],
      network: [
        { kind: 'one-way-loss', from: ['one'], to: ['two', 'three'], percent: 10 },
        { kind: 'partition', hosts: ['one'], from: ['two', 'three'] },
      ],
      frozen: [{ host: 'one', process: 'systemd-journal' }],
    });
    await askApi(lab, 'GET', '/v1/locations');
    await expect(askApi(lab, 'GET', '/v1/locations')).rejects.toThrow('(timeout)');
    expect((await cli('fault', 'clear')).exitCode).toBe(0);
    expect(JSON.parse((await cli('fault', 'list')).stdout)).toMatchObject({
      faults: [],
      network: [],
      frozen: [],
    });
  });

  test('says which hosts there are', async () => {
    const { exitCode, stderr } = await cli('fault', 'cut-off', 'four');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/has no host four\. There are: one \(\d+\), two \(\d+\), three \(\d+\)\./);
  });
});
