import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeLab, traces } from '../../lab/clear.ts';
import { buildHostImage } from '../../lab/host-image/build.ts';
import type { FirewallRule, MachineSpec, PrivateNic } from '../../lab/hosts/machines.ts';
import { nspawnMachines } from '../../lab/hosts/nspawn-machines.ts';
import { controlNamespace } from '../../lab/names.ts';
import { inControlNamespace, makeControlNamespace } from '../../lab/network/namespaces.ts';
import { pause } from '../../lab/processes.ts';
import { labNamed, type Lab } from '../../lab/state.ts';

const lab = labNamed('hosttest');
const other = labNamed('hosttest-b');
const machines = nspawnMachines(lab);
let keys: string;

const anywhere = ['0.0.0.0/0', '::/0'];
const allow = (protocol: FirewallRule['protocol'], port?: string): FirewallRule => ({
  direction: 'in',
  protocol,
  sources: anywhere,
  ...(port === undefined ? {} : { port }),
});

async function spec(id: number, name: string, userData = ''): Promise<MachineSpec> {
  const key = (await readFile(join(keys, 'key.pub'), 'utf8')).trim();
  return { id, name, ipv4: `203.0.113.${id}`, userData, sshKeys: [key], labels: {} };
}

/** Runs a command in a lab's control namespace, and gives its output; undefined when it fails. */
async function attempt(where: Lab, command: readonly string[]): Promise<string | undefined> {
  const [program, ...args] = inControlNamespace(where, command);
  const result = await execa(program, args, { reject: false, stdin: 'ignore' });
  return result.exitCode === 0 ? result.stdout : undefined;
}

function sshCommand(id: number, command: string): readonly string[] {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=2',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${keys}/known_hosts`,
  ];
  return [
    'ssh',
    '-q',
    '-i',
    `${keys}/key`,
    ...options.flatMap((option) => ['-o', option]),
    `root@203.0.113.${id}`,
    command,
  ];
}

function ssh(id: number, command: string): Promise<string | undefined> {
  return attempt(lab, sshCommand(id, command));
}

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`Not within two minutes: ${what}`);
    await pause(200);
  }
}

function answersSsh(id: number): Promise<string> {
  return eventually(`host ${id} answers ssh`, () => ssh(id, 'cat /proc/sys/kernel/random/boot_id'));
}

/** A connection from one host to another, or from the control side; a refusal is an answer, too. */
async function reaches(
  from: number | 'control',
  to: number,
  port: number,
): Promise<'open' | 'refused' | 'dropped'> {
  const probe = [
    'import socket, sys',
    's = socket.socket(); s.settimeout(2)',
    `try: s.connect(("203.0.113.${to}", ${port})); print("open")`,
    'except ConnectionRefusedError: print("refused")',
    'except TimeoutError: print("dropped")',
  ].join('\n');
  const seen =
    from === 'control'
      ? await attempt(lab, ['python3', '-c', probe])
      : await ssh(from, `python3 -c '${probe}'`);
  if (seen !== 'open' && seen !== 'refused' && seen !== 'dropped') throw new Error(`The probe says: ${seen}`);
  return seen;
}

beforeAll(async () => {
  await buildHostImage(lab.cache);
  keys = await mkdtemp(join(tmpdir(), 'lab-host-'));
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, 'key')]);
  for (const one of [lab, other]) {
    await removeLab(one);
    await makeControlNamespace(one);
  }
  const userData = '#cloud-config\nwrite_files:\n- {path: /root/from-user-data, content: hello}\n';
  await Promise.all([
    machines.create(await spec(10, 'demo-master-1', userData)),
    machines.create(await spec(11, 'demo-worker-1')),
  ]);
  await Promise.all([answersSsh(10), answersSsh(11)]);
});

afterAll(async () => {
  for (const one of [lab, other]) await removeLab(one);
  await rm(keys, { recursive: true });
});

describe('a fresh host', () => {
  test('has run cloud-init to its end, with its name and user data', async () => {
    expect(await ssh(10, 'cloud-init status --wait')).toContain('status: done');
    expect(await ssh(10, 'hostname; cat /root/from-user-data')).toBe('demo-master-1\nhello');
    expect(await ssh(11, 'hostname')).toBe('demo-worker-1');
  });

  test('has no failed unit', async () => {
    expect(await ssh(10, 'systemctl is-system-running --wait')).toBe('running');
  });

  test('shares neither SSH host keys nor machine-id with another', async () => {
    const identity = 'cat /etc/ssh/ssh_host_*_key.pub /etc/machine-id';
    expect(await ssh(10, identity)).toMatch(/ssh-ed25519.*[0-9a-f]{32}$/s);
    expect(await ssh(10, identity)).not.toBe(await ssh(11, identity));
  });

  test('lets kubelet, containerd and WireGuard do what they do on a machine', async () => {
    const deeds = [
      'test -c /dev/kmsg && test -c /dev/net/tun',
      'sysctl -qw net.ipv4.ip_forward=1 && modprobe br_netfilter && modprobe overlay',
      'ip tuntap add dev wg0 mode tun && ip link del wg0',
      'for c in /sys/fs/cgroup/memory /sys/fs/cgroup; do test ! -e $c/cgroup.procs || { mkdir $c/x && rmdir $c/x; }; done',
      'mkdir -p /var/lib/containerd/{a,b,c,d} && mount -t overlay x -o lowerdir=/var/lib/containerd/a,upperdir=/var/lib/containerd/b,workdir=/var/lib/containerd/c /var/lib/containerd/d',
      'test "$(findmnt -no PROPAGATION /)" = shared',
      'nft add table inet mine',
    ];
    for (const deed of deeds) expect(await ssh(11, deed), deed).toBeDefined();
  });

  test('reaches no other place than its lab', async () => {
    expect(await ssh(10, 'ping -c1 -W1 192.0.2.1')).toBeDefined();
    expect(await ssh(10, 'ping -c1 -W1 203.0.113.11')).toBeDefined();
    expect(await ssh(10, 'timeout 2 getent hosts deb.debian.org')).toBeUndefined();
    expect(await ssh(10, 'ping -c1 -W1 9.9.9.9')).toBeUndefined();
  });
});

describe('a firewall', () => {
  test('drops what it does not allow, lets through what it allows, and all answers', async () => {
    expect(await reaches(11, 10, 8080)).toBe('refused');
    await machines.firewall(10, [allow('tcp', '22'), allow('icmp')]);
    expect(await reaches(11, 10, 8080)).toBe('dropped');
    expect(await reaches('control', 10, 8080)).toBe('dropped');
    expect(await reaches(11, 10, 22)).toBe('open');
    expect(await reaches('control', 10, 22)).toBe('open');
    expect(await reaches(10, 11, 22)).toBe('open');
    expect(await ssh(10, 'ping -c1 -W1 203.0.113.11')).toBeDefined();
    expect(await ssh(11, 'ping -c1 -W1 203.0.113.10')).toBeDefined();
  });

  test('holds ranges of ports, sources and the way out', async () => {
    await machines.firewall(10, [
      allow('tcp', '22'),
      { direction: 'in', protocol: 'tcp', port: '8000-8080', sources: ['203.0.113.11/32'] },
      { direction: 'out', protocol: 'tcp', port: 'any', sources: ['192.0.2.0/24'] },
    ]);
    expect(await reaches(11, 10, 8080)).toBe('refused');
    expect(await reaches(11, 10, 8081)).toBe('dropped');
    expect(await reaches('control', 10, 8080)).toBe('dropped');
    expect(await reaches(10, 11, 22)).toBe('dropped');
  });

  test('keeps an open connection when its rules change, and is gone when it is taken away', async () => {
    await machines.firewall(10, [allow('tcp', '22')]);
    const [program, ...args] = inControlNamespace(lab, sshCommand(10, 'sleep 3; echo still here'));
    const session = execa(program, args, { stdin: 'ignore' });
    await eventually('the session is there', () => ssh(10, 'pgrep -x sleep'));
    await machines.firewall(10, []);
    expect(await reaches('control', 10, 22)).toBe('dropped');
    expect((await session).stdout).toBe('still here');
    await machines.firewall(10, undefined);
    expect(await reaches(11, 10, 8080)).toBe('refused');
  });
});

describe('a private network', () => {
  const nic = (host: number, network = 5): PrivateNic => ({
    network,
    mac: `86:00:00:0${network}:00:${host}`,
    ip: `10.64.0.${host}`,
    range: '10.64.0.0/24',
    gateway: '10.64.0.1',
  });
  const pings = async (from: number, address: string) =>
    (await ssh(from, `ping -c1 -W1 ${address}`)) !== undefined;

  test('lets the hosts in it reach each other, whatever their firewalls say, and nobody else', async () => {
    await machines.firewall(11, [allow('tcp', '22')]);
    await machines.privateNetworks(10, [nic(10)]);
    await machines.privateNetworks(11, [nic(11)]);
    expect(await pings(10, '203.0.113.11')).toBe(false);
    expect(await pings(10, '10.64.0.11')).toBe(true);
    // The router of the public addresses knows no way there.
    expect(await attempt(lab, ['ip', 'route', 'get', '203.0.113.11'])).toBeDefined();
    expect(await attempt(lab, ['ip', 'route', 'get', '10.64.0.11'])).toBeUndefined();
    expect(await ssh(10, 'ip -brief address show dev enp7s0')).toMatch(/ 10\.64\.0\.10\/32/);
    // 1450 bytes are 1422 of ping's own.
    expect(await ssh(10, 'ping -c1 -W1 -M do -s 1422 10.64.0.11')).toBeDefined();
    expect(await ssh(10, 'ping -c1 -W1 -M do -s 1423 10.64.0.11')).toBeUndefined();
    await machines.firewall(11, undefined);
  });

  test('does not meet another one that has the same range', async () => {
    await machines.privateNetworks(11, [nic(11, 6)]);
    expect(await pings(10, '10.64.0.11')).toBe(false);
    await machines.privateNetworks(11, [nic(11)]);
    expect(await pings(10, '10.64.0.11')).toBe(true);
  });

  test('is there again when a host has been off, and gone when a host is taken out', async () => {
    await machines.powerOff(11);
    await machines.powerOn(11);
    await answersSsh(11);
    expect(await pings(10, '10.64.0.11')).toBe(true);
    for (const host of [10, 11]) await machines.privateNetworks(host, []);
    expect(await ssh(11, 'ip link show enp7s0')).toBeUndefined();
    expect(await traces(lab)).not.toContainEqual(expect.stringContaining('khl-hosttest.'));
  });
});

describe('power', () => {
  const kept = 'cat /root/kept /var/lib/kubehaus/kept /etc/ssh/ssh_host_ed25519_key.pub /etc/machine-id';
  let before: string | undefined;

  beforeAll(async () => {
    await ssh(11, 'echo root > /root/kept; echo bound > /var/lib/kubehaus/kept; sync');
    before = await ssh(11, kept);
    expect(before).toMatch(/^root\nbound\nssh-ed25519/);
  });

  test('off and on again: a new boot, with the old data and host key, and none of the old network', async () => {
    await ssh(11, 'ip link add leftover type bridge');
    const boot = await answersSsh(11);
    await machines.powerOff(11);
    expect(await machines.running(11)).toBe(false);
    expect(await ssh(11, 'true')).toBeUndefined();
    await machines.powerOff(11);
    await machines.powerOn(11);
    await machines.powerOn(11);
    expect(await answersSsh(11)).not.toBe(boot);
    expect(await ssh(11, kept)).toBe(before);
    expect(await ssh(11, 'ip link show leftover')).toBeUndefined();
  });

  test('an orderly reboot, asked for from inside or outside, brings the host back', async () => {
    for (const reboot of [() => ssh(11, 'systemctl reboot'), () => machines.reboot(11)]) {
      const boot = await answersSsh(11);
      await reboot();
      await eventually('it has booted again', async () => {
        const now = await ssh(11, 'cat /proc/sys/kernel/random/boot_id');
        return now !== undefined && now !== boot;
      });
      expect(await ssh(11, kept)).toBe(before);
    }
    expect(await machines.running(11)).toBe(true);
  });

  test('an orderly shutdown leaves it off', async () => {
    await eventually('it is up', () => ssh(11, 'systemctl is-system-running --wait'));
    await machines.shutdown(11);
    await eventually('it is off', async () => !(await machines.running(11)));
    await expect(machines.reboot(11)).rejects.toThrow('is off');
    await machines.powerOn(11);
    await answersSsh(11);
  });

  test('a rebuild begins with a fresh disk', async () => {
    await machines.rebuild(await spec(11, 'demo-worker-1'));
    await answersSsh(11);
    expect(await ssh(11, 'ls /root/kept')).toBeUndefined();
    expect(await ssh(11, 'ls /var/lib/kubehaus')).toBe('');
    expect(await ssh(11, 'cat /etc/ssh/ssh_host_ed25519_key.pub')).not.toContain(before?.split('\n')[2]);
  });
});

describe('labs side by side', () => {
  test('use the same addresses and do not meet', async () => {
    const others = nspawnMachines(other);
    await others.create(await spec(10, 'other-master-1'));
    const name = await eventually('the other lab’s host answers', () =>
      attempt(other, sshCommand(10, 'hostname')),
    );
    expect(name).toBe('other-master-1');
    expect(await ssh(10, 'hostname')).toBe('demo-master-1');
    expect(await attempt(other, ['ping', '-c1', '-W1', '203.0.113.11'])).toBeUndefined();
    await others.destroy(10);
    expect(await traces(other)).toEqual([
      `network namespace ${controlNamespace(other.name)}`,
      `folder ${other.folder}`,
    ]);
    expect(await ssh(10, 'hostname')).toBe('demo-master-1');
  });
});

describe('destroy', () => {
  test('leaves nothing of a host, and nothing of a lab', async () => {
    await machines.firewall(10, [allow('icmp')]);
    await Promise.all([machines.destroy(10), machines.destroy(11)]);
    expect(await traces(lab)).toEqual([
      `network namespace ${controlNamespace(lab.name)}`,
      `folder ${lab.folder}`,
    ]);
    expect(await attempt(lab, ['ip', '-brief', 'link'])).toMatch(/^lo\s+[^\n]*$/);
    expect(await attempt(lab, ['nft', 'list', 'ruleset'])).not.toContain('drop');
    await removeLab(lab);
    expect(await traces(lab)).toEqual([]);
  });

  test('the image that hosts share is as it was', async () => {
    const { stdout } = await execa('find', [
      lab.cache,
      '-path',
      '*/host-image-*/root/etc/*',
      '-type',
      'f',
      '-newer',
      join(keys, 'key'),
    ]);
    expect(stdout).toBe('');
  });
});
