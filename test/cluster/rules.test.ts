import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLock } from '../../cluster/lock.ts';
import { parseYaml } from '../../cluster/parse.ts';
import { clusterSchema } from '../../cluster/schema.ts';
import { known } from '../../cluster/unreadable.ts';
import { rules } from '../../cluster/validate.ts';
import { invalidScenarios, SCENARIOS } from '../render/scenarios.ts';

const textOf = (scenario: string, file: string) => {
  const path = join(SCENARIOS, scenario, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

describe('every rule', () => {
  const inputs = invalidScenarios.map((scenario) => ({
    cluster: parseYaml(textOf(scenario, 'cluster.yaml') ?? '', 'cluster.yaml', clusterSchema),
    before: { ...parseLock(textOf(scenario, 'cluster.lock.yaml')), serversMade: false },
  }));

  // Some are made by a function, and have no name of their own.
  it.each(rules.map((rule, index) => [rule.name || `number ${index + 1}`, rule] as const))(
    '%s has a case in test/scenarios/invalid-*',
    (_name, rule) => {
      const broken = inputs.filter(
        ({ cluster, before }) => (known(() => rule(cluster.value, cluster.source, before)) ?? []).length > 0,
      );
      expect(broken).not.toEqual([]);
    },
  );
});

/** What kubehaus promises to refuse, and where each is refused by itself: in the scenario, with these words. */
const PROMISED: readonly (readonly [what: string, scenario: string, words: string])[] = [
  ['networks that overlap', 'overlapping-networks', 'overlaps network.nodeCidr'],
  ['a private network that overlaps', 'private-network-overlapping', 'overlaps network.nodeCidr'],
  ['a mesh that is too small', 'node-cidr-too-small', 'more nodes than 10.0.1.0/27 has addresses'],
  ['a pod network that is too small', 'pod-cidr-too-small', 'more nodes than 10.244.0.0/22 has /24 networks'],
  ['a network of Services that is too small', 'service-cidr-too-small', 'is too small for Services'],
  ['a private network that is too small', 'private-network-too-small', 'is smaller than the smallest'],
  ['an even number of etcd machines', 'even-etcd', '4 etcd members survive no more failures than 3'],
  ['an even number of masters with etcd', 'even-masters', '4 etcd members survive no more failures than 3'],
  ['a cluster’s name that is no DNS label', 'name-no-label', 'is not a DNS label'],
  ['a pool’s name that is no DNS label', 'pool-name-no-label', 'is not a DNS label'],
  ['a host name that is no DNS label', 'host-name-too-long', 'which is longer than 63 characters'],
  ['taints that are wrong', 'taints-and-labels', 'workers[0].taints[0].effect: "NoRun"'],
  ['duplicate pools', 'pool-twice', 'the pool name "worker" is used twice'],
  ['arguments that kubehaus owns', 'owned-arguments', 'kubehaus and kubeadm set "etcd-servers" themselves'],
  ['a version with too much skew', 'kubernetes-version-skew', "can't leave out a minor version"],
  ['a version that Kubernetes has no way back to', 'kubernetes-downgrade', 'has no way back to 1.35.7'],
  ['a number of masters that loses quorum', 'masters-removed', 'etcd has no majority'],
  ['a number of etcd machines that loses quorum', 'quorum-lost', 'etcd has no majority'],
  ['locations outside of a private network’s zone', 'private-network-zones', 'hil is in us-west'],
  ['one snapshot for ARM and x86', 'snapshot-of-two-architectures', 'has one architecture'],
  ['more than 50 placement groups', 'placement-groups', 'a Hetzner project has at most 50'],
];

describe('wrong input', () => {
  it.each(PROMISED)('is refused: %s', (_what, scenario, words) => {
    const problems = (textOf(`invalid-${scenario}`, 'problems.txt') ?? '').split('\n');
    expect(problems).toContainEqual(expect.stringContaining(words));
  });
});
