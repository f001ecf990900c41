import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runModule } from '../../playbook-templates/run-module.ts';

let root: string;
const at = (path: string) => join(root, path);
const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};
const calls = () => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trim().split('\n') : []);
const program = (name: string, script: string) => {
  write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >> ${root}/calls\n${script}\n`);
  chmodSync(at(`bin/${name}`), 0o755);
};
const run = (checkMode = false) =>
  runModule(
    'kernel_settings',
    { modules: at('modules.conf'), sysctls: at('sysctl.conf'), root },
    { checkMode, library: 'roles/host/library', path: `${at('bin')}:${process.env['PATH'] ?? ''}` },
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  write('modules.conf', '# comment\noverlay\nbr_netfilter\n');
  write('sysctl.conf', '; comment\nnet.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\n');
  write('proc/sys/net/ipv4/ip_forward', '0\n');
  mkdirSync(at('sys/module/overlay'), { recursive: true });
  program(
    'systemctl',
    `mkdir -p ${root}/sys/module/br_netfilter ${root}/proc/sys/net/bridge; echo 1 > ${root}/proc/sys/net/bridge/bridge-nf-call-iptables`,
  );
  program('sysctl', `echo 1 > ${root}/proc/sys/net/ipv4/ip_forward`);
});
afterEach(() => rmSync(root, { recursive: true }));

it('loads what is missing, sets what differs, and does nothing the second time', async () => {
  expect(await run()).toMatchObject({ changed: true, changes: ['br_netfilter', 'net.ipv4.ip_forward=1'] });
  expect(calls()).toHaveLength(2);
  expect(await run()).toMatchObject({ changed: false, changes: [] });
  expect(calls()).toHaveLength(2);
});

it('changes nothing where modules are not this host’s to load and the settings are right', async () => {
  program('systemctl', '');
  write('sysctl.conf', 'net.ipv4.ip_forward = 0\n');
  expect(await run()).toMatchObject({ changed: false });
});

it('only tells in check mode', async () => {
  expect(await run(true)).toMatchObject({ changed: true });
  expect(calls()).toEqual([]);
});

it('fails when a setting is refused', async () => {
  program('sysctl', 'echo permission denied >&2; exit 1');
  expect(await run()).toMatchObject({ failed: true });
});
