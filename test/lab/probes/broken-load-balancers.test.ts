import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brokenSettings } from '../../e2e/broken-load-balancers.ts';
import { ROOT } from '../../render/scenarios.ts';

it('the load balancers that are broken to test the probes are the ones that clusters have', async () => {
  const file = 'test/scenarios/level-3/expected/ansible/roles/master_lb/files/nginx.conf';
  const whole = await readFile(join(ROOT, file), 'utf8');
  const masters = (text: string) => new Set(text.match(/\d+\.\d+\.\d+\.\d+:6443/g));
  expect(masters(whole).size).toBe(3);
  expect(masters(brokenSettings(whole, 'a master left out')).size).toBe(2);
  expect(brokenSettings(whole, 'no health checks')).not.toMatch(/max_fails=[1-9]|proxy_next_upstream on/);
  expect(() => brokenSettings('events {}', 'no health checks')).toThrow('nginx.conf has nothing like');
});
