import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { PYTHON, type ModuleResult } from '../../playbook-templates/run-module.ts';
import { filesBelow, ROOT } from '../../render/scenarios.ts';

/** Folders that the role's modules know; on a host of a test they lie below the test's own folder. */
const FOLDERS = /(?<![\w/])\/(etc\/kubernetes|etc\/containerd|var\/lib\/kubelet|var\/log\/pods|run)\b/g;

/** Runs a module as Ansible does, with its arguments on its input. */
const START = `
import runpy, sys
import ansible.module_utils
from ansible.module_utils import basic
ansible.module_utils.__path__.append(sys.argv[1] + '/module_utils')
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = 'legacy'
runpy.run_path(sys.argv[1] + '/library/' + sys.argv[2] + '.py', run_name='__main__')`;

/** A host in a folder: the role's modules run on it, with programs that the test provides. */
export function makeHost() {
  const root = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  const path = (file: string) => join(root, file);
  const write = (file: string, text: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const role = join(ROOT, 'roles/kubernetes');
  for (const [file, text] of filesBelow(role)) {
    if (/^(library|module_utils)\//.test(file)) write(`role/${file}`, text.replace(FOLDERS, `${root}/$1`));
  }
  mkdirSync(path('bin'));
  mkdirSync(path('run'));
  return {
    path,
    write,
    read: (file: string) => (existsSync(path(file)) ? readFileSync(path(file), 'utf8') : ''),
    exists: (file: string) => existsSync(path(file)),
    /** A program of the host: a shell script, with $ROOT. Its calls are kept in calls/<name>, its input in input/<name>. */
    program(name: string, script: string) {
      mkdirSync(path('calls'), { recursive: true });
      mkdirSync(path('input'), { recursive: true });
      const text = `#!/bin/sh\nROOT=${root}\necho "$*" >> $ROOT/calls/${name}\n${script}\n`;
      writeFileSync(path(`bin/${name}`), text);
      chmodSync(path(`bin/${name}`), 0o755);
    },
    calls: (name: string) =>
      existsSync(path(`calls/${name}`)) ? readFileSync(path(`calls/${name}`), 'utf8').trim().split('\n') : [],
    async run(module: string, args: object, checkMode = false): Promise<ModuleResult> {
      const input = JSON.stringify({
        ANSIBLE_MODULE_ARGS: { ...args, _ansible_check_mode: checkMode, _ansible_remote_tmp: '/tmp' },
      });
      const env = { PATH: `${path('bin')}:${process.env['PATH'] ?? ''}`, PYTHONDONTWRITEBYTECODE: '1' };
      const { stdout, stderr } = await execa(PYTHON, ['-c', START, path('role'), module], { input, env, reject: false });
      if (!stdout.trim().startsWith('{')) throw new Error(`${module} printed no result:\n${stdout}\n${stderr}`);
      return JSON.parse(stdout) as ModuleResult;
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

export type Host = ReturnType<typeof makeHost>;
