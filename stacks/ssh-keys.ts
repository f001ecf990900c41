import { createHash } from 'node:crypto';
import { DataHcloudSshKey } from '@cdktf/provider-hcloud/lib/data-hcloud-ssh-key';
import { DataHcloudSshKeys } from '@cdktf/provider-hcloud/lib/data-hcloud-ssh-keys';
import { SshKey } from '@cdktf/provider-hcloud/lib/ssh-key';
import { TerraformLocal, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { ClusterPlan } from '../cluster/plan.ts';
import { clusterLabels } from './labels.ts';
import { literal } from './terraform-text.ts';

/** A key that may log in. */
interface OperatorKey {
  readonly publicKey: string;
  /** As Hetzner shows it: MD5 of the key's bytes, in pairs of digits with colons. */
  readonly fingerprint: string;
  /** Name at Hetzner, made from the fingerprint, so that it does not depend on the order of the keys. */
  readonly name: string;
}

/**
 * The operators' keys; returns their ids as an expression.
 *
 * A project holds a public key only once, whatever its name (`uniqueness_error`), and operators often have theirs in it
 * already: put there by hand, or by another cluster. A key that is there under a name other than ours is used as it is; all
 * others are created.
 */
export function sshKeys(scope: Construct, plan: ClusterPlan): string[] {
  const parent = new Construct(scope, 'ssh-keys');
  const keys = operatorKeys(plan);

  const project = new DataHcloudSshKeys(parent, 'project');
  const ourNames = JSON.stringify(keys.map(({ name }) => name));
  const foreign = new TerraformLocal(
    parent,
    'foreign_ssh_keys',
    `\${{for key in ${project.fqn}.ssh_keys : key.fingerprint => tostring(key.id) if !contains(${ourNames}, key.name)}}`,
  ).asString;

  const ids = keys.map(({ name, fingerprint, publicKey }) => {
    const isForeign = `contains(keys(${foreign}), "${fingerprint}")`;
    const created = new SshKey(parent, name, {
      name,
      publicKey: literal(publicKey),
      labels: clusterLabels(plan),
      count: Token.asNumber(`\${${isForeign} ? 0 : 1}`),
    });
    return `\${${isForeign} ? ${foreign}["${fingerprint}"] : one(${created.fqn}[*].id)}`;
  });
  const named = plan.config.ssh.projectKeys.map((key) => projectKey(parent, key));
  return new TerraformLocal(parent, 'ssh_keys', [...ids, ...named]).asList;
}

/** A key that the project has already, by its name or fingerprint; terraform says so when it has not. Returns its id (expression). */
function projectKey(parent: Construct, key: string): string {
  const isFingerprint = /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/.test(key);
  const id = createHash('sha256').update(key).digest('hex').slice(0, 12);
  const found = new DataHcloudSshKey(
    parent,
    `key-${id}`,
    isFingerprint ? { fingerprint: key } : { name: literal(key) },
  );
  return `\${tostring(${found.fqn}.id)}`;
}

function operatorKeys(plan: ClusterPlan): OperatorKey[] {
  const keys = plan.config.ssh.publicKeys.map((text): OperatorKey => {
    const publicKey = text.trim();
    const fingerprint = fingerprintOf(publicKey);
    return { publicKey, fingerprint, name: `${plan.name}-${fingerprint.replaceAll(':', '').slice(0, 12)}` };
  });
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}

/** MD5 of the second word of a .pub file's line, decoded from base64 (as `ssh-keygen -l -E md5` prints it). */
export function fingerprintOf(publicKey: string): string {
  const bytes = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  const digest = createHash('md5').update(bytes).digest('hex');
  return digest.match(/../g)?.join(':') ?? '';
}
