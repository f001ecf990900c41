import { expect, test } from 'vitest';
import { apiUnderTest } from './api-under-test.ts';
import { readDescription, validator, type Description, type Schema } from './clients/openapi.ts';
import { walkThrough } from './walk-through.ts';

test('the walk through the API leaves no route out, and finds none broken', async () => {
  const lab = apiUnderTest();
  const [routes, visited] = [new Set<string>(), new Set<string>()];
  lab.api.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith('/v1/') && method !== 'HEAD') routes.add(`${String(method)} ${url}`);
  });
  lab.api.addHook('onResponse', async ({ method, routeOptions }) => {
    visited.add(`${method} ${routeOptions.url ?? ''}`);
  });

  const exchanges = await walkThrough(lab);
  expect(routes.size).toBeGreaterThan(50);
  expect([...routes].filter((route) => !visited.has(route))).toEqual([]);
  expect(exchanges.filter(({ answer }) => answer.status >= 500)).toEqual([]);
});

type ObjectSchema = { required?: string[]; properties: Record<string, Schema> };

/** Every object schema of the description, wherever it stands. */
function objectSchemas(value: unknown): ObjectSchema[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectSchemas);
  return 'properties' in value && 'type' in value ? [value as ObjectSchema, ...inner] : inner;
}

/** Where Hetzner's API has gone on since February 2026, when the description was made. Nothing else is excepted. */
function bringUpToDate(description: Description): void {
  for (const schema of objectSchemas(description.components.schemas)) {
    const { properties } = schema;
    // Servers and primary IPs have no datacenter any more: https://docs.hetzner.cloud/changelog#2026-07-01-removing-datacenters
    if (properties.datacenter && properties.location) {
      delete properties.datacenter;
      schema.required = (schema.required ?? []).filter((field) => field !== 'datacenter');
    }
    // https://docs.hetzner.cloud/changelog#2026-04-27-primary-ips-will-return-unassigned
    if (properties.assignee_type && properties.blocked)
      properties.assignee_type = { type: 'string', enum: ['server', 'unassigned'] };
  }
  // https://docs.hetzner.cloud/changelog#2026-04-01-datacenter-deprecations
  const location = description.components.schemas.server_type_location as unknown as ObjectSchema;
  Object.assign(location.properties, { available: { type: 'boolean' }, recommended: { type: 'boolean' } });
}

const file = process.env.HCLOUD_OPENAPI;
if (file === undefined || file === '') {
  console.info(
    "The contract with Hetzner's API is not checked here: HCLOUD_OPENAPI does not name its OpenAPI description, as CI does.",
  );
} else {
  test("requests and answers are as Hetzner's OpenAPI description wants them", async () => {
    const description = readDescription(file);
    bringUpToDate(description);
    const { request, response, template } = validator(description);

    const problems: string[] = [];
    for (const { method, path, request: sent, answer } of await walkThrough(apiUnderTest())) {
      const known = template(path);
      if (known === undefined) {
        problems.push(`${method} ${path} is not in the description`);
        continue;
      }
      const wrong = [
        ...request(known, method, sent).map((problem) => `request: ${problem}`),
        ...response(known, method, answer.status, answer.body).map((problem) => `answer: ${problem}`),
      ];
      problems.push(...wrong.map((problem) => `${method} ${path} ${answer.status}: ${problem}`));
    }
    expect([...new Set(problems)]).toEqual([]);
  });
}
