import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addNetworkFault, cutOff, oneWayLoss, partition } from '../../../lab/faults/network.ts';
import { networkFaults } from '../../../lab/network/faults.ts';
import { labNamed, type Lab } from '../../../lab/state.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name, index) => ({ id: index + 1, name })) as [Host, Host, Host];
type Host = { readonly id: number; readonly name: string };

/** One that is down, so that nothing but its folder is touched. */
let lab: Lab;
beforeEach(() => {
  lab = labNamed('unit-test', { KUBEHAUS_LAB_STATE: mkdtempSync(join(tmpdir(), 'kubehaus-test-')) });
});
afterEach(() => {
  rmSync(join(lab.folder, '..'), { recursive: true });
});

test('the operator gets back in to a host that is cut off, and is cut off again', async () => {
  await cutOff(lab, a);
  await cutOff(lab, a, true);
  expect(await networkFaults(lab)).toEqual([{ kind: 'cut-off', host: a.id, keepOperator: true }]);
  await cutOff(lab, a);
  expect(await networkFaults(lab)).toEqual([{ kind: 'cut-off', host: a.id, keepOperator: false }]);
});

test('the last loss between hosts is the one that they have, in whichever order they are named', async () => {
  await oneWayLoss(lab, [a, b], [c]);
  await oneWayLoss(lab, [b, a], [c], 10);
  expect(await networkFaults(lab)).toEqual([
    { kind: 'one-way-loss', from: [a.id, b.id], to: [c.id], percent: 10 },
  ]);
});

test('SSH is refused until the last time that was asked for, be that earlier', async () => {
  const until = Math.ceil(Date.now() / 1000) + 600;
  await addNetworkFault(lab, { kind: 'ssh-refused', host: a.id, port: 22, until: until + 600 });
  await addNetworkFault(lab, { kind: 'ssh-refused', host: a.id, port: 22, until });
  expect(await networkFaults(lab)).toEqual([{ kind: 'ssh-refused', host: a.id, port: 22, until }]);
});

test('faults of other kinds, hosts, directions and ports stay', async () => {
  const until = Math.ceil(Date.now() / 1000) + 600;
  await cutOff(lab, a);
  await cutOff(lab, b);
  await oneWayLoss(lab, [a], [b]);
  await oneWayLoss(lab, [b], [a]);
  await oneWayLoss(lab, [a], [b, c]);
  await partition(lab, [a], [b]);
  await partition(lab, [a, b], [c]);
  await partition(lab, [a], [b, c]);
  await addNetworkFault(lab, { kind: 'ssh-refused', host: a.id, port: 22, until });
  await addNetworkFault(lab, { kind: 'ssh-refused', host: a.id, port: 2222, until });
  expect(await networkFaults(lab)).toHaveLength(10);
});
