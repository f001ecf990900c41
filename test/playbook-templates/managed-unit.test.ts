import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModule } from './run-module.ts';

/** A unit that runs since noon; systemctl answers as systemd 252 does. */
const RUNNING = {
  LoadState: 'loaded',
  ActiveState: 'active',
  UnitFileState: 'enabled',
  NeedDaemonReload: 'no',
  ActiveEnterTimestamp: 'Sun 2026-11-22 12:00:00.500000 UTC',
  StateChangeTimestamp: 'Sun 2026-11-22 12:00:00.500000 UTC',
  Triggers: '',
};
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0, 500) / 1000;

let folder: string;
let settings: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
  settings = join(folder, 'settings');
  writeFileSync(settings, 'x');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/**
 * Runs the module with a systemctl that knows one unit, and what that one triggers; answers with what the module told it to
 * do, too.
 */
async function manage(
  state: Partial<typeof RUNNING>,
  args: object = {},
  checkMode = false,
  triggered: Partial<typeof RUNNING> = {},
) {
  const known = { 'etcd.service': state, 'triggered.service': triggered };
  for (const [unit, own] of Object.entries(known)) {
    const properties = Object.entries({ ...RUNNING, ...own }).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, unit), properties.join(''));
  }
  writeFileSync(
    join(folder, 'systemctl'),
    `#!/bin/sh\nif [ "$1" = show ]; then cat "${folder}/$2"; else echo "$*" >> ${folder}/calls; fi\n`,
    { mode: 0o755 },
  );
  writeFileSync(join(folder, 'calls'), '');
  const result = await runModule(
    'managed_unit',
    { name: 'etcd.service', files: [settings], ...args },
    { checkMode, path: `${folder}:${process.env['PATH'] ?? ''}` },
  );
  return { ...result, calls: readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').filter(Boolean) };
}

describe('managed_unit', () => {
  it('leaves a unit alone that runs from its files as they are, even when they were written in the second of its start', async () => {
    utimesSync(settings, NOON - 0.3, NOON - 0.3);
    expect(await manage({})).toMatchObject({ changed: false, calls: [] });
  });

  it.each(['restart', 'reload'])('%ss a unit whose file is newer than its start, whoever wrote it', async (on_change) => {
    utimesSync(settings, NOON + 0.3, NOON + 0.3);
    expect(await manage({}, { on_change })).toMatchObject({ changed: true, calls: [`${on_change} etcd.service`] });
  });

  it('does not reload again what was reloaded since', async () => {
    utimesSync(settings, NOON + 0.3, NOON + 0.3);
    const reloaded = { StateChangeTimestamp: 'Sun 2026-11-22 12:00:01.000000 UTC' };
    expect(await manage(reloaded, { on_change: 'reload' })).toMatchObject({ changed: false, calls: [] });
  });

  it('enables and starts a unit that is new', async () => {
    const fresh = { ActiveState: 'inactive', UnitFileState: 'disabled', ActiveEnterTimestamp: '', NeedDaemonReload: 'yes' };
    expect(await manage(fresh)).toMatchObject({
      changed: true,
      calls: ['daemon-reload', 'enable etcd.service', 'start etcd.service'],
    });
  });

  it('has systemd read the file of a service that a timer starts, when that changed alone', async () => {
    utimesSync(settings, NOON - 0.3, NOON - 0.3);
    const timer = { Triggers: 'triggered.service' };
    expect(await manage(timer)).toMatchObject({ changed: false, calls: [] });
    expect(await manage(timer, {}, false, { NeedDaemonReload: 'yes' })).toMatchObject({
      changed: true,
      calls: ['daemon-reload'],
    });
  });

  it('only says what it would do in check mode', async () => {
    expect(await manage({ ActiveState: 'failed' }, {}, true)).toMatchObject({ changed: true, actions: ['start'], calls: [] });
  });

  it('says that a unit file is missing', async () => {
    const result = await manage({ LoadState: 'not-found' });
    expect(result.msg).toContain('there is no unit etcd.service');
    expect(result.failed).toBe(true);
  });
});
