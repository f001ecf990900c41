import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import {
  Failure,
  missingTool,
  severalMissing,
  toolTooOld,
  unreadableIdentityFile,
  unusableTool,
} from './errors.ts';
import { withoutToken } from './hetzner-token.ts';
import { packageRoot } from './package-root.ts';
import { isAtLeast } from './versions.ts';

/** A program that is there and new enough. */
export interface Tool {
  readonly file: string;
  readonly version: string;
}

const TERRAFORM_REMEDY =
  'Install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install/).';
const ANSIBLE_REMEDY =
  'Install ansible-core 2.19 or newer in a virtual environment and put it in PATH: python3 -m venv ~/.ansible-venv && ~/.ansible-venv/bin/pip install "ansible-core>=2.19" && export PATH=~/.ansible-venv/bin:$PATH';

/**
 * Waits for all that is looked for on this machine. Fails with everything that is missing at once, and with what is wrong as it
 * stands when it is one thing.
 */
export async function requireAll<T extends readonly unknown[]>(
  wanted: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const settled = await Promise.allSettled(wanted);
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const failures = reasons.filter((reason) => reason instanceof Failure);
  if (failures.length < reasons.length) throw reasons.find((reason) => !(reason instanceof Failure));
  if (failures.length > 1) throw severalMissing(failures);
  if (failures[0] !== undefined) throw failures[0];
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/**
 * The private key that was named, if one was, can be read, or its public half beside it: then ssh asks the agent for the private
 * one. What it opens is seen at the first host.
 */
export async function findIdentityFile(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const path = file.replace(/^~(?=\/)/, homedir());
  const canRead = (one: string) => access(one, constants.R_OK);
  await canRead(path).catch(async (error: NodeJS.ErrnoException) => {
    await canRead(`${path}.pub`).catch(() => {
      throw unreadableIdentityFile(file, error.message);
    });
  });
}

/** Terraform, or else OpenTofu, whose first release (1.6) has all that is used here. */
export async function findTerraform(env: NodeJS.ProcessEnv): Promise<Tool> {
  const terraform = await versionOf('terraform', ['version', '-json'], env, terraformVersion);
  if (terraform) return newEnough(terraform, '1.9', TERRAFORM_REMEDY);
  const tofu = await versionOf('tofu', ['version', '-json'], env, terraformVersion);
  if (tofu) return newEnough(tofu, '1.6', TERRAFORM_REMEDY);
  throw missingTool(['terraform', 'tofu'], TERRAFORM_REMEDY);
}

/** ansible-playbook in PATH, or in the virtual environment of a work tree of kubehaus. */
export async function findAnsible(env: NodeJS.ProcessEnv): Promise<Tool> {
  const ownOne = join(packageRoot(), '.venv', 'bin', 'ansible-playbook');
  for (const file of ['ansible-playbook', ...(existsSync(ownOne) ? [ownOne] : [])]) {
    const tool = await versionOf(file, ['--version'], env, (text) => /\[core ([^\]]+)\]/.exec(text)?.[1]);
    if (tool) return newEnough(tool, '2.19', ANSIBLE_REMEDY);
  }
  throw missingTool(['ansible-playbook'], ANSIBLE_REMEDY);
}

/** OpenSSH 7.6 or newer, the first one with `StrictHostKeyChecking=accept-new` (https://www.openssh.com/txt/release-7.6). */
export async function findSsh(env: NodeJS.ProcessEnv): Promise<Tool> {
  const remedy = 'Install the OpenSSH client (Debian, Ubuntu: apt-get install openssh-client).';
  const ssh = await versionOf(
    'ssh',
    ['-V'],
    env,
    (text) => /OpenSSH_(?:for_Windows_)?([\d.]+)/.exec(text)?.[1],
  );
  if (!ssh) throw missingTool(['ssh'], remedy);
  return newEnough(ssh, '7.6', remedy);
}

function terraformVersion(text: string): string | undefined {
  return /"terraform_version"\s*:\s*"([^"]+)"/.exec(text)?.[1];
}

/** The tool with its version; undefined when there is no such program. */
async function versionOf(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  parse: (output: string) => string | undefined,
): Promise<Tool | undefined> {
  const result = await execa(file, [...args], {
    env: withoutToken(env),
    extendEnv: false,
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  if (result.code === 'ENOENT') return undefined;
  const version = parse(result.all ?? '');
  if (result.failed || version === undefined) {
    throw unusableTool(file, [result.all || result.shortMessage || 'it said nothing about its version']);
  }
  return { file, version };
}

function newEnough(tool: Tool, wanted: string, remedy: string): Tool {
  if (!isAtLeast(tool.version, wanted)) throw toolTooOld(tool.file, tool.version, wanted, remedy);
  return tool;
}
