import { expect, test } from 'vitest';
import { faultRuleset, type NetworkFault } from '../../../lab/network/fault-ruleset.ts';

/** The rules of a chain, without the line that hooks it in. */
function chainOf(faults: readonly NetworkFault[], name: string): readonly string[] {
  const lines = faultRuleset(faults)
    .split('\n')
    .map((line) => line.trim());
  const begin = lines.indexOf(`chain ${name} {`);
  return begin < 0 ? [] : lines.slice(begin + 2, lines.indexOf('}', begin));
}

const cutOff: NetworkFault = { kind: 'cut-off', host: 7, keepOperator: false };

test('takes the place of the last ruleset in a single transaction; without faults nothing is left of it', () => {
  const begin = ['table inet lab-faults', 'delete table inet lab-faults'];
  expect(faultRuleset([]).trimEnd().split('\n')).toEqual(begin);
  expect(faultRuleset([cutOff]).split('\n').slice(0, 3)).toEqual([...begin, 'table inet lab-faults {']);
});

test('drops before connections are tracked, and so before a firewall lets established ones through', () => {
  const hooks = faultRuleset([cutOff]).match(/type filter hook.*/g);
  expect(hooks).toHaveLength(3);
  for (const hook of hooks ?? []) expect(hook).toMatch(/priority raw; policy accept;$/);
});

test('a host that is cut off neither sends nor gets anything, the control namespace’s own packets included', () => {
  expect(chainOf([cutOff], 'prerouting')).toEqual(['iifname "h7" drop', 'fib daddr oifname "h7" drop']);
  expect(chainOf([cutOff], 'output')).toEqual(['oifname "h7" drop']);
});

test('with the operator kept, only what is for or from others is dropped', () => {
  const faults: NetworkFault[] = [{ ...cutOff, keepOperator: true }];
  expect(chainOf(faults, 'prerouting')).toEqual([
    'iifname "h7" fib daddr type != local drop',
    'fib daddr oifname "h7" drop',
  ]);
  expect(chainOf(faults, 'output')).toEqual([]);
});

test('a partition drops both ways, loss one way, by the percent', () => {
  expect(chainOf([{ kind: 'partition', hosts: [1], from: [2, 3] }], 'prerouting')).toEqual([
    'iifname { "h1" } fib daddr oifname { "h2", "h3" } drop',
    'iifname { "h2", "h3" } fib daddr oifname { "h1" } drop',
  ]);
  expect(chainOf([{ kind: 'one-way-loss', from: [1], to: [2], percent: 30 }], 'prerouting')).toEqual([
    'iifname { "h1" } fib daddr oifname { "h2" } numgen random mod 100 < 30 drop',
  ]);
});

test('refused SSH is refused to hosts and operator, for new connections alone, until its time', () => {
  const faults: NetworkFault[] = [{ kind: 'ssh-refused', host: 7, port: 22, until: 1_800_000_000 }];
  const rule =
    'oifname "h7" tcp dport 22 tcp flags & (syn | ack) == syn meta time < 1800000000 reject with tcp reset';
  expect(chainOf(faults, 'forward')).toEqual([rule]);
  expect(chainOf(faults, 'output')).toEqual([rule]);
  expect(chainOf(faults, 'prerouting')).toEqual([]);
});
