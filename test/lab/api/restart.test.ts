import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileStore } from '../../../lab/api/state/store.ts';
import { memoryMachines } from '../memory-machines.ts';
import { apiUnderTest, serverRequest } from './api-under-test.ts';

function stateFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lab-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'api', 'state.json');
}

test('after a restart everything is as it was', async () => {
  const file = stateFile();
  const machines = memoryMachines();
  const before = apiUnderTest({ state: fileStore(file), machines });
  await before.done('/placement_groups', { name: 'group', type: 'spread' });
  const { server } = await before.done('/servers', serverRequest('node'));
  const [was] = (await before.call('GET', '/servers')).body.servers;
  await before.api.close();

  const after = apiUnderTest({ state: fileStore(file), machines });
  expect((await after.call('GET', `/servers/${server.id}`)).body.server).toEqual(was);
  expect((await after.call('GET', '/placement_groups')).body.placement_groups).toHaveLength(1);
  expect((await after.done('/servers', serverRequest('next'))).server.id).toBeGreaterThan(server.id);
});

test('the state is one file, whole, and readable by its owner alone', async () => {
  const file = stateFile();
  const { done } = apiUnderTest({ state: fileStore(file) });
  await done('/servers', serverRequest('node', { user_data: 'a secret' }));
  expect(readdirSync(path.dirname(file))).toEqual(['state.json']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('an action that a killed process had begun is begun anew and ends well', async () => {
  const file = stateFile();
  const machines = memoryMachines();
  // The first process does not get past the creation of the machine while the second is there, as if it was killed.
  let end = () => undefined as unknown;
  const ended = new Promise((_resolve, reject) => (end = () => reject(new Error('killed'))));
  machines.before = async (call) => {
    if (call.startsWith('create')) await ended;
  };
  const before = apiUnderTest({ state: fileStore(file), machines });
  const { server, action, next_actions } = (await before.call('POST', '/servers', serverRequest('node')))
    .body;
  await expect.poll(() => machines.calls).toContain(`create ${server.id}`);

  machines.before = async () => undefined;
  const after = apiUnderTest({ state: fileStore(file), machines });
  expect(await after.settled(action.id)).toMatchObject({ status: 'success' });
  expect(await after.settled(next_actions[0].id)).toMatchObject({ status: 'success' });
  expect((await after.call('GET', `/servers/${server.id}`)).body.server.status).toBe('running');
  // What the killed process may have left of the machine was removed first.
  expect(machines.calls.slice(-4)).toEqual([
    `destroy ${server.id}`,
    `firewall ${server.id}`,
    `privateNetworks ${server.id}`,
    `create ${server.id}`,
  ]);
  end();
});

test('closing waits for the step that is being done, and leaves the rest to the next start', async () => {
  const file = stateFile();
  const machines = memoryMachines();
  let release = () => undefined as unknown;
  machines.before = (call) =>
    call.startsWith('powerOff')
      ? new Promise((resolve) => (release = () => resolve(undefined)))
      : Promise.resolve();
  const before = apiUnderTest({ state: fileStore(file), machines });
  const { server } = await before.done('/servers', serverRequest('node'));
  const { action } = (await before.call('POST', `/servers/${server.id}/actions/reset`)).body;
  await expect.poll(() => machines.calls).toContain(`powerOff ${server.id}`);

  const closed = before.api.close();
  // Long enough for the API to have begun to close.
  await new Promise((resolve) => setTimeout(resolve, 50));
  release();
  await closed;
  expect(machines.machines.get(server.id)?.running).toBe(false);

  machines.before = async () => undefined;
  const after = apiUnderTest({ state: fileStore(file), machines });
  expect(await after.settled(action.id)).toMatchObject({ status: 'success' });
  expect(machines.machines.get(server.id)?.running).toBe(true);
});

test('a file that is no state is refused, not overwritten', () => {
  const file = stateFile();
  fileStore(file).update((draft) => {
    draft.nextId += 1;
  });
  writeFileSync(file, '{"version": 2}');
  expect(() => fileStore(file)).toThrow(/is not a state of this lab's API/);
});

test('a change that fails half way has changed nothing', () => {
  const store = fileStore(stateFile());
  const before = store.state;
  expect(() =>
    store.update((draft) => {
      draft.nextId = 4711;
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(store.state).toBe(before);
});
