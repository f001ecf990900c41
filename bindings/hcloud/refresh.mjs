// Writes schema.json anew with the real provider. For another version of it: change "version" in package.json (and where
// the root's package.json asks for it), then `npm run refresh --workspace @cdktf/provider-hcloud`. Needs terraform.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'hcloud-schema-'));
const terraform = (...args) =>
  execFileSync('terraform', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

try {
  writeFileSync(
    join(folder, 'main.tf.json'),
    JSON.stringify({
      terraform: { required_providers: { hcloud: { source: 'hetznercloud/hcloud', version } } },
    }),
  );
  terraform('init', '-no-color');
  const schema = JSON.parse(terraform('providers', 'schema', '-json'));
  writeFileSync(new URL('schema.json', import.meta.url), `${JSON.stringify(schema, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
