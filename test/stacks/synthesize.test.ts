import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesizeTerraform } from '../../stacks/synthesize.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { clusterOf, terraformOf } from './terraform.ts';

describe('the synthesized configuration', () => {
  it('is the same text in any folder and any environment, and nothing is written', () => {
    const { plan } = clusterOf({ workers: [{ count: 3 }] });
    const text = synthesizeTerraform(plan);

    const folder = process.cwd();
    const elsewhere = mkdtempSync(join(tmpdir(), 'synthesize-'));
    const environment = { ...process.env };
    Object.assign(process.env, {
      HCLOUD_TOKEN: 'canary-of-a-token',
      HCLOUD_ENDPOINT: 'http://192.0.2.1/v1',
      SYNTH_HCL_OUTPUT: 'true',
      CDKTF_CONTEXT_JSON: '{"cdktfVersion":"canary"}',
      LANG: 'tr_TR.UTF-8',
      TZ: 'Pacific/Kiritimati',
    });
    process.chdir(elsewhere);
    try {
      expect(synthesizeTerraform(plan)).toBe(text);
      expect(readdirSync(elsewhere)).toEqual([]);
    } finally {
      process.chdir(folder);
      process.env = environment;
    }
    expect(text).not.toContain(folder);
  });

  it('has sorted keys and no metadata, so that reviewers see only what matters', () => {
    const text = synthesizeTerraform(clusterOf({ workers: [{ count: 12 }] }).plan);
    expect(text).not.toContain('"//"');
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        expect(Object.keys(value)).toEqual(Object.keys(value).sort());
      }
      return value;
    });
  });

  it('pins Terraform and the provider and leaves the token to the environment', () => {
    const { terraform, provider } = terraformOf(clusterOf({}).plan);
    expect(terraform).toEqual({
      backend: { local: { path: '../../.kubehaus/terraform.tfstate' } },
      required_providers: { hcloud: { source: 'hetznercloud/hcloud', version: '1.68.0' } },
      required_version: '>= 1.9.0',
    });
    expect(provider).toEqual({ hcloud: [{}] });
  });

  it('takes what users write as text, not as Terraform’s expressions', () => {
    const { plan } = clusterOf({
      image: 'debian-${file("/etc/passwd")}',
      ssh: { publicKeys: [`${PUBLIC_KEY} %{ if true }\${timestamp()}`] },
    });
    const { hcloud_server, hcloud_ssh_key } = terraformOf(plan).resource;
    expect(hcloud_server['prod-master-1']?.image).toBe('debian-$${file("/etc/passwd")}');
    expect(Object.values(hcloud_ssh_key)[0]?.public_key).toMatch(/%%{ if true }\$\${timestamp\(\)}$/);
  });
});
