import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parsePackages } from '../../lab/machine-needs.ts';

test('a list of packages has one a line, and remarks', () => {
  expect(parsePackages('# why\ncurl\n\n  nftables # rules\n')).toEqual(['curl', 'nftables']);
});

test.each(['lab/debian-packages', 'lab/host-image/packages'])(
  '%s names packages as Debian does',
  async (file) => {
    const packages = parsePackages(await readFile(file, 'utf8'));
    expect(packages.length).toBeGreaterThan(5);
    for (const name of packages) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
  },
);
