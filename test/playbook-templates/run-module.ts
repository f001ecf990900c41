import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../render/scenarios.ts';

const venvPython = join(ROOT, '.venv/bin/python');
/** The Python that has ansible-core: `make tools` installs it into .venv. */
export const PYTHON = existsSync(venvPython) ? venvPython : 'python3';

export interface ModuleResult {
  readonly failed?: boolean;
  readonly changed?: boolean;
  readonly msg?: string;
  readonly [key: string]: unknown;
}

/** Runs a module as Ansible runs it, arguments as JSON on its input: one of playbook-templates/ansible/library, or of a role. */
export async function runModule(
  name: string,
  args: object,
  {
    checkMode = false,
    path = process.env['PATH'],
    library = 'playbook-templates/ansible/library',
  }: { checkMode?: boolean; path?: string | undefined; library?: string } = {},
): Promise<ModuleResult> {
  const module = join(ROOT, library, `${name}.py`);
  const input = JSON.stringify({
    ANSIBLE_MODULE_ARGS: { ...args, _ansible_check_mode: checkMode, _ansible_remote_tmp: '/tmp' },
  });
  // ansible-core 2.19 names the serialization profile that a module's answer has.
  const start = `
import runpy, sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = 'legacy'
runpy.run_path(sys.argv[1], run_name='__main__')`;
  // As root in a user namespace: modules hand files to root.
  const command = ['--map-root-user', PYTHON, '-c', start, module];
  const { stdout, stderr } = await execa('unshare', command, { input, env: { PATH: path }, reject: false });
  if (!stdout.trim().startsWith('{')) throw new Error(`${name} printed no result:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as ModuleResult;
}
