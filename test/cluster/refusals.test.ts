import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { formatProblem } from '../../cluster/problem.ts';
import { PUBLIC_KEY } from './configurations.ts';

function refusals(clusterYaml: string, lockYaml?: string): string[] {
  const result = loadCluster({ clusterYaml, lockYaml });
  return result.ok ? [] : result.problems.map(formatProblem);
}

const SSH = `ssh: { publicKeys: [${PUBLIC_KEY}] }`;

describe('cluster.yaml is refused', () => {
  it('with every mistake at once, each with its line, path and remedy', () => {
    expect(
      refusals(`name: Prod
controlPlane:
  count: 0
workers:
  - counts: 2
${SSH}`),
    ).toEqual([
      'cluster.yaml:1 name: "Prod" is not a DNS label. Use lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit.',
      'cluster.yaml:3 controlPlane.count: 0 is below the minimum. Use at least 1.',
      'cluster.yaml:5 workers[0].count: is missing. Add it: a value of type number.',
      'cluster.yaml:5 workers[0].counts: unknown field "counts". Did you mean "count"?',
    ]);
  });

  it.each([
    [
      'an unknown field without a near one',
      `name: prod\nflavour: x\n${SSH}`,
      'cluster.yaml:2 flavour: unknown field "flavour". Remove it; known here: ',
    ],
    [
      'an unknown version',
      `name: prod\nkubernetes: { version: 1.20.0 }\n${SSH}`,
      '"1.20.0" is not one of the allowed values. Choose one of 1.36.4',
    ],
    ['no ssh key', 'name: prod', 'cluster.yaml ssh: is missing. Add it: a value of type object.'],
    [
      'a private key',
      'name: prod\nssh: { publicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }',
      'Paste the line of a .pub file',
    ],
    [
      'a network for SSH that is not written with its first address',
      `name: prod\nssh: { publicKeys: [${PUBLIC_KEY}], allowedCidrs: [198.51.100.7/24] }`,
      'ssh.allowedCidrs[0]: 198.51.100.7/24 does not begin with the network’s first address. Write 198.51.100.0/24, or',
    ],
    [
      'one of IPv6',
      `name: prod\nssh: { publicKeys: [${PUBLIC_KEY}], allowedCidrs: ["2001:db8::1/64"] }`,
      'Write 2001:db8::/64, or 2001:db8::1 with the whole length if you mean one address.',
    ],
    [
      'more networks for SSH than a rule of a firewall may name',
      `name: prod\nssh: { publicKeys: [${PUBLIC_KEY}], allowedCidrs: [${Array.from({ length: 101 }, (_, index) => `198.51.100.${index}/32`).join(', ')}] }`,
      'ssh.allowedCidrs: a list of 101 is above the maximum. Use at most 100.',
    ],
    [
      'an argument that is not the user’s',
      `name: prod\ncontrolPlane: { apiServer: { extraArgs: { etcd-servers: x } } }\n${SSH}`,
      'cluster.yaml:2 controlPlane.apiServer.extraArgs.etcd-servers: kubehaus and kubeadm set "etcd-servers" themselves, since other parts of the cluster depend on it. Remove it; what may be',
    ],
    [
      'an argument with its dashes',
      `name: prod\ncontrolPlane: { scheduler: { extraArgs: { --v: 4 } } }\n${SSH}`,
      'controlPlane.scheduler.extraArgs.--v: "--v" is no name of an argument. Write it without dashes in front.',
    ],
    [
      'an even number of stacked masters',
      `name: prod\ncontrolPlane: { count: 2 }\n${SSH}`,
      'controlPlane.count: 2 etcd members survive no more failures than 1. Use 1 or 3 masters, or put etcd',
    ],
    [
      'an even number of etcd machines',
      `name: prod\netcd: { placement: isolated, count: 4 }\n${SSH}`,
      'cluster.yaml:2 etcd.count: 4 etcd members survive no more failures than 3. Use 3 or 5.',
    ],
    [
      'overlapping networks',
      `name: prod\nnetwork: { podCidr: 10.0.0.0/16 }\n${SSH}`,
      'cluster.yaml:2 network.podCidr: 10.0.0.0/16 overlaps network.nodeCidr (10.0.1.0/24).',
    ],
    [
      'a pool named twice',
      `name: prod\nworkers: [{ count: 1 }, { count: 2 }]\n${SSH}`,
      'workers[1].name: the pool name "worker" is used twice',
    ],
    [
      'a pool with the name of a fixed one',
      `name: prod\nworkers: [{ name: etcd, count: 1 }]\n${SSH}`,
      'workers[0].name: "etcd" is the name of a fixed pool',
    ],
    ['a syntax error', 'name: prod\nworkers: [\n', 'is not valid YAML'],
    ['a file without a map', 'just words', 'Write a value of type object'],
    [
      'a wrong placement',
      `name: prod\netcd: { placement: beside }\n${SSH}`,
      'cluster.yaml:2 etcd.placement:',
    ],
  ])('for %s', (_, yaml, message) => {
    const messages = refusals(yaml);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(message);
  });

  it('together with a lock that is broken', () => {
    const messages = refusals('name: Prod', 'version: 2');
    expect(messages.filter((message) => message.startsWith('cluster.lock.yaml'))).toHaveLength(1);
    expect(messages.filter((message) => message.startsWith('cluster.yaml'))).toHaveLength(2);
  });

  it('without ever printing what looks like a private key', () => {
    const secret = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE';
    const messages = refusals(
      `name: prod\nssh: { publicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----\\n${secret}"] }`,
    );
    expect(messages.join('\n')).not.toContain(secret);
  });
});
