import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModule } from './run-module.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubehaus-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);

describe('installed_files', () => {
  const files = () => [
    { dest: at('new/unit.service'), content: '[Unit]\n' },
    { dest: at('program'), content: '#!/bin/sh\n', mode: '0755' },
  ];

  it('installs files byte for byte with their modes, and does nothing the second time', async () => {
    expect(await runModule('installed_files', { files: files() })).toMatchObject({
      changed: true,
      installed: [at('new/unit.service'), at('program')],
    });
    expect(readFileSync(at('new/unit.service'), 'utf8')).toBe('[Unit]\n');
    expect(statSync(at('new/unit.service')).mode & 0o777).toBe(0o644);
    expect(statSync(at('program')).mode & 0o777).toBe(0o755);
    const before = statSync(at('program')).mtimeMs;

    expect(await runModule('installed_files', { files: files() })).toMatchObject({ changed: false, installed: [] });
    expect(statSync(at('program')).mtimeMs).toBe(before);
  });

  it('puts a wrong mode right without writing the file anew', async () => {
    await runModule('installed_files', { files: files() });
    const before = statSync(at('program')).mtimeMs;
    chmodSync(at('program'), 0o600);
    expect(await runModule('installed_files', { files: files() })).toMatchObject({ installed: [at('program')] });
    expect(statSync(at('program'))).toMatchObject({ mtimeMs: before });
    expect(statSync(at('program')).mode & 0o777).toBe(0o755);
  });

  it('replaces a link by the file', async () => {
    symlinkSync('/dev/null', at('program'));
    await runModule('installed_files', { files: files() });
    expect(readFileSync(at('program'), 'utf8')).toBe('#!/bin/sh\n');
  });

  it('keeps the old file when the new one is not valid', async () => {
    const file = (content: string) => [{ dest: at('settings'), content, validate: "grep -q 'good words' %s" }];
    await runModule('installed_files', { files: file('good words') });
    const result = await runModule('installed_files', { files: file('bad words') });
    expect(result.failed).toBe(true);
    expect(result.msg).toContain(`${at('settings')} stays as it was`);
    expect(readFileSync(at('settings'), 'utf8')).toBe('good words');
    expect(readdirSync(folder)).toEqual(['settings']);
  });

  it('shows what it would do in check mode and does nothing', async () => {
    const result = await runModule('installed_files', { files: files() }, { checkMode: true });
    expect(result).toMatchObject({ changed: true, diff: [{ before: '', after: '[Unit]\n' }, { after: '#!/bin/sh\n' }] });
    expect(existsSync(at('program'))).toBe(false);
  });
});
