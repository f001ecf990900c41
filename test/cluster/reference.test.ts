import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterJsonSchema, type JsonSchema } from '../../cluster/json-schema.ts';
import { configurationReference } from '../../cluster/reference.ts';
import { ROOT, scenarios, SCENARIOS } from '../render/scenarios.ts';
import { holds } from '../property.ts';
import { configurations } from './made-up.ts';

const schema = clusterJsonSchema();
const editor = addFormats.default(new Ajv({ allErrors: true, strict: false })).compile(schema);

/** Committed files that are made from the schema. */
async function held(file: string, text: string): Promise<void> {
  const path = join(ROOT, file);
  const formatted = await prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path });
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(path, formatted);
  expect(readFileSync(path, 'utf8'), 'UPDATE_GOLDENS=1 npx vitest run test/cluster/reference').toBe(
    formatted,
  );
}

function* fields(path: string, node: JsonSchema): Generator<[string, JsonSchema]> {
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    yield [`${path}.${name}`, field];
    yield* fields(`${path}.${name}`, field);
  }
  for (const inner of [...(node.items === undefined ? [] : [node.items]), ...(node.oneOf ?? [])])
    yield* fields(path, inner);
}

describe('what is made from the schema', () => {
  it('is docs/configuration.md and docs/cluster.schema.json as they are committed', async () => {
    await held('docs/configuration.md', configurationReference());
    await held('docs/cluster.schema.json', JSON.stringify(schema));
  });

  const rows = new Map(
    configurationReference()
      .split('\n')
      .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')))
      .map(([path = '', type, defaultValue, what]) => [
        path.replaceAll('`', ''),
        { type, defaultValue, what },
      ]),
  );

  it.each([
    ['etcd.count', / Only with placement isolated\.$/],
    ['etcd.serverType', / Only with placement isolated\.$/],
    ['network.privateCidr', / Only with transport private\.$/],
    ['terraform.backend.bucket', / Only with type s3\.$/],
    ['terraform.backend.lockMethod', / Only with type http\.$/],
    ['etcd.heartbeatMs', /^(?!.*Only with)/],
    ['etcd.snapshots.keep', /^(?!.*Only with)/],
    ['etcd.placement', /^stacked: etcd runs .*\. isolated: etcd runs .*\.$/],
    ['terraform.backend.type', /^local: .*\. s3: .*\. http: .*\.$/],
  ])('says with which choice there is %s, and what a choice means', (path, what) => {
    expect(rows.get(path)?.what).toMatch(what);
  });

  it.each([
    ['network.mtu', '`1420` with transport public; `1370` with transport private'],
    ['network.transport', '`public`'],
    ['controlPlane.serverType', '`cx33`'],
    ['etcd.serverType', '`cx23`'],
    ['workers[].serverType', '`cx33`'],
    ['terraform.backend.address', '(required)'],
    ['network.nodeCidr', '`10.0.1.0/24`'],
  ])('has the default of %s: %s', (path, defaultValue) => {
    expect(rows.get(path)?.defaultValue).toBe(defaultValue);
  });

  it('describes every field', () => {
    for (const [path, { description }] of fields('', schema))
      expect(description, path).toMatch(/^(etcd|[A-Z]).+\.$/s);
  });
});

describe('an editor with the JSON Schema', () => {
  it.each(scenarios)('takes the cluster.yaml of %s', (scenario) => {
    const valid = editor(parse(readFileSync(join(SCENARIOS, scenario, 'cluster.yaml'), 'utf8')));
    expect(valid, JSON.stringify(editor.errors)).toBe(true);
  });

  it('takes all that kubehaus takes', () => {
    holds(
      fc.property(configurations, (configuration) => {
        expect(editor(configuration), JSON.stringify(editor.errors)).toBe(true);
      }),
    );
  });

  it('underlines what kubehaus refuses in a single field', () => {
    const ssh = { projectKeys: ['ops'] };
    expect(editor({ name: 'prod', ssh })).toBe(true);
    for (const wrong of [
      { flavour: 1 },
      { controlPlane: { count: 0 } },
      { locations: ['moon'] },
      { workers: [{}] },
    ])
      expect(editor({ name: 'prod', ssh, ...wrong }), JSON.stringify(wrong)).toBe(false);
  });
});
