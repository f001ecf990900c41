import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { formatProblem } from '../../cluster/problem.ts';
import { invalidScenarios, SCENARIOS } from '../render/scenarios.ts';
import { PUBLIC_KEY } from './configurations.ts';

function refusals(clusterYaml: string, lockYaml?: string): string[] {
  const result = loadCluster({ clusterYaml, lockYaml });
  return result.ok ? [] : result.problems.map(formatProblem);
}

describe('a cluster is refused with the exact words of problems.txt', () => {
  it.each(invalidScenarios)('%s', (scenario) => {
    const file = (name: string) => join(SCENARIOS, scenario, name);
    const text = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : undefined);
    const problems = refusals(text('cluster.yaml') ?? '', text('cluster.lock.yaml'));
    if (process.env['UPDATE_GOLDENS'] === '1')
      writeFileSync(file('problems.txt'), `${problems.join('\n')}\n`);
    expect(problems.join('\n')).toBe(text('problems.txt')?.trimEnd());
    expect(problems).not.toEqual([]);
    for (const problem of problems) {
      // Where, what and what to do: "cluster.yaml:3 path: what is wrong. What to do."
      expect(problem).toMatch(/^cluster(\.lock)?\.yaml(:\d+)?( .+)?: .+[^.]\. .+[.?]$/s);
    }
  });
});

describe('what is refused', () => {
  it('holds for more networks than a rule of a firewall may name', () => {
    const many = Array.from({ length: 101 }, (_, index) => `198.51.100.${index}/32`).join(', ');
    expect(refusals(`name: prod\nssh: { publicKeys: [${PUBLIC_KEY}], allowedCidrs: [${many}] }`)).toEqual([
      'cluster.yaml:2 ssh.allowedCidrs: a list of 101 is above the maximum. Use at most 100.',
    ]);
  });

  it('never prints what looks like a private key', () => {
    const secret = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE';
    const messages = refusals(
      `name: prod\nssh: { publicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----\\n${secret}"] }`,
    );
    expect(messages.join('\n')).not.toContain(secret);
  });
});
